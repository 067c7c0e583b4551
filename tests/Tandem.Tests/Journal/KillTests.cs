using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using Tandem.Core.Schema;
using Tandem.Journal;

namespace Tandem.Tests.Journal;

public class KillTests
{
    const int Rounds = 8;
    const string ChildFolder = "TANDEM_TEST_JOURNAL_CHILD";
    static readonly FileJournalOptions Options = new() { Instance = "acme", SegmentBytes = 1 << 20, ReserveBytes = 256 << 10, FrameBytesMax = 64 << 10 };

    [Fact]
    public async Task A_process_that_is_killed_while_it_writes_loses_nothing_that_it_acknowledged()
    {
        using var folder = new TemporaryFolder();
        var random = new Random(11);
        long last = 0;
        for (int round = 0; round < Rounds; round++)
        {
            long acknowledged = await KillAfter(folder.Path, acknowledgements: random.Next(1, 400));
            await using FileJournal journal = FileJournal.Open(folder.Path, Options);
            Assert.True(acknowledged > last && journal.LastPosition >= acknowledged);
            long expected = 1;
            foreach (JournaledEntry read in journal.Read(1))
            {
                Assert.Equal(expected, read.Position);
                Assert.Equal((ulong)expected++, read.Entry.Sequence);
            }
            last = journal.LastPosition;
            Assert.Equal(last + 1, expected);
        }
    }

    static async Task<long> KillAfter(string folder, int acknowledgements)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet") start.ArgumentList.Add(typeof(KillTests).Assembly.Location);
        start.Environment[ChildFolder] = folder;
        using Process child = Process.Start(start)!;
        string? line = null;
        for (int i = 0; i < acknowledgements; i++) Assert.NotNull(line = await child.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken));
        child.Kill();
        // What follows the last line end may be torn; everything said before it must hold.
        string[] rest = (await child.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken)).Split('\n');
        await child.WaitForExitAsync(TestContext.Current.CancellationToken);
        return long.Parse(rest.Length > 1 ? rest[^2] : line!, CultureInfo.InvariantCulture);
    }

    /// <summary>The child: this assembly, started with a folder to write to until it is killed.</summary>
    [ModuleInitializer]
    internal static void RunAsChild()
    {
        if (Environment.GetEnvironmentVariable(ChildFolder) is not { } folder) return;
        FileJournal journal = FileJournal.Open(folder, Options);
        var acknowledging = new Acknowledging(Console.OpenStandardOutput());
        journal.Start(journal.LastPosition + 1, acknowledging);
        var random = new Random(Environment.ProcessId);
        for (long next = journal.LastPosition + 1; ;)
        {
            if (journal.TryPropose(Some.Entry(next, random.Next(3000)), Priority.InProgress) == Refusal.None) next++;
            else Thread.Yield();
        }
    }

    sealed class Acknowledging(Stream output) : IJournalSubscriber
    {
        void IJournalSubscriber.Committed(long firstPosition, IReadOnlyList<Entry> entries)
        {
            output.Write(System.Text.Encoding.ASCII.GetBytes($"{firstPosition + entries.Count - 1}\n"));
            output.Flush();
        }

        void IJournalSubscriber.Refused(Entry entry, Refusal reason) => throw new InvalidOperationException(reason.ToString());
    }
}
