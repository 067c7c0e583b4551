using Tandem.Core.Schema;
using Tandem.Journal;

namespace Tandem.Tests.Journal;

public sealed class ArchiveTests : IDisposable
{
    readonly TemporaryFolder _folder = new();

    Archive Open(long bytesMax = 1 << 30) => new(new ArchiveOptions { Folder = _folder.Path, Release = "1.2.3", DecisionLevel = () => 4, BytesMax = bytesMax });

    static async Task<FileJournal> Filled(Archive archive, int entries = 400)
    {
        FileJournal journal = FileJournal.Open(new MemoryStorage(), Some.Options with { Archive = archive });
        Reader reader = Reader.Of(journal);
        journal.TryPropose(new Entry { Incarnation = 1, Sequence = 1, NodeStarted = new NodeStarted { Release = "1.2.2" } }, Priority.InProgress);
        for (int i = 2; i <= entries; i++)
        {
            journal.TryPropose(Some.Entry(i), Priority.InProgress);
            if (i % 10 == 0) reader.WaitFor(i);
        }
        reader.WaitFor(entries);
        await Task.CompletedTask;
        return journal;
    }

    [Fact]
    public async Task What_is_trimmed_can_be_read_from_the_archive_and_names_the_releases_that_lived_it()
    {
        Archive archive = Open();
        await using FileJournal journal = await Filled(archive);
        JournaledEntry[] all = [.. journal.Read(1)];
        journal.Trim(350);
        long first = journal.FirstPosition;
        Assert.InRange(first, 100, 350);
        Assert.Equal(all[..(int)(first - 1)], archive.Read(1, first - 1));
        Assert.Equal(all[49..60], archive.Read(50, 60));
        Assert.Throws<StateUnreachableException>(() => archive.Read(first - 3, first).ToList());

        string oldest = File.ReadLines(Directory.GetFiles(_folder.Path).Order(StringComparer.Ordinal).First()).First();
        Assert.Contains("""
            "releases":["1.2.2","1.2.3"],"levels":[4]
            """, oldest);
    }

    /// <summary>A bit that the compressor left unused may change and damages nothing; any other is told.</summary>
    [Fact]
    public async Task A_damaged_segment_is_told_before_any_of_its_entries_is()
    {
        Archive archive = Open();
        await using FileJournal journal = await Filled(archive);
        JournaledEntry[] right = [.. journal.Read(1).Take(5)];
        journal.Trim(400);
        string oldest = Directory.GetFiles(_folder.Path).Order(StringComparer.Ordinal).First();
        byte[] bytes = File.ReadAllBytes(oldest);
        int tried = 0, told = 0;
        for (int at = 0; at < bytes.Length; at += 41, tried++)
        {
            bytes[at] ^= 16;
            File.WriteAllBytes(oldest, bytes);
            bytes[at] ^= 16;
            IEnumerator<JournaledEntry> entries = archive.Read(1, 5).GetEnumerator();
            try
            {
                entries.MoveNext();
            }
            catch (JournalException)
            {
                told++;
                continue;
            }
            Assert.Equal(right[0], entries.Current);
        }
        Assert.InRange(told, tried - 2, tried);
        File.WriteAllBytes(oldest, bytes);
        Assert.Equal(right, archive.Read(1, 5));
    }

    [Fact]
    public async Task The_oldest_goes_when_the_archive_is_too_large()
    {
        Archive archive = Open(bytesMax: 3000);
        await using FileJournal journal = await Filled(archive);
        journal.Trim(400);
        Assert.True(archive.Range!.Value.First > 1);
        Assert.Equal(journal.FirstPosition - 1, archive.Range!.Value.Last);
        Assert.True(Directory.GetFiles(_folder.Path).Sum(file => new FileInfo(file).Length) <= 3000);
    }

    public void Dispose() => _folder.Dispose();
}
