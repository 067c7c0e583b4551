using Tandem.Core.Schema;

namespace Tandem.Journal.Snapshots;

/// <summary>The snapshots in a folder. Their writing and reading; which of them are kept.</summary>
/// <param name="warn">Told, in a line for people, of snapshots that cannot be used.</param>
public sealed class SnapshotStore(Storage storage, Action<string> warn)
{
    const int Newest = 2;

    public string Folder => storage.Folder;

    /// <summary>The positions of all snapshots, newest first.</summary>
    public IReadOnlyList<long> Positions() => [.. Files().Select(file => file.Position)];

    List<SnapshotFile> Files()
    {
        List<SnapshotFile> files = [.. storage.Names().Select(SnapshotFile.Parse).OfType<SnapshotFile>()];
        files.Sort((a, b) => (b.Position, b.Generation).CompareTo((a.Position, a.Generation)));
        return files;
    }

    /// <summary>Removes what a crash left half written. When the folder was locked, before the first snapshot.</summary>
    public void Clean()
    {
        foreach (string name in storage.Names())
            if (name.EndsWith(".snap.tmp", StringComparison.Ordinal)) storage.Delete(name);
    }

    public SnapshotWriter Begin(int generation, long position, ulong hash) => new(storage, new SnapshotFile(generation, position), hash);

    /// <summary>The newest snapshot that is whole, as a stream of its file's bytes, which the caller disposes; null when there is none.</summary>
    public (long Position, Stream Bytes)? OpenNewest()
    {
        foreach (SnapshotFile snapshot in Files())
        {
            if (IsDamaged(snapshot)) continue;
            return (snapshot.Position, new StorageFileStream(storage.Open(snapshot.Name)));
        }
        return null;
    }

    /// <summary>Takes a snapshot in that another side's <see cref="OpenNewest"/> gave, when all of it is whole.</summary>
    /// <returns>Its position.</returns>
    /// <exception cref="JournalDamagedException">Nothing was taken in.</exception>
    public long Import(Stream bytes)
    {
        const string Temporary = "fetched.snap.tmp";
        using (StorageFile file = storage.Create(Temporary, 0))
        {
            byte[] chunk = new byte[128 * 1024];
            long at = 0;
            for (int got; (got = bytes.ReadAtLeast(chunk, chunk.Length, throwOnEndOfStream: false)) > 0; at += got) file.Write(at, chunk.AsSpan(0, got));
            file.Flush();
        }
        SnapshotFile snapshot;
        using (StorageFile file = storage.Open(Temporary))
        {
            string? wrong = SnapshotReader.Check(file, "the snapshot fetched from the other side");
            if (wrong is not null)
            {
                storage.Delete(Temporary);
                throw new JournalDamagedException("the snapshot fetched from the other side", 0, 0, wrong, JournalDamagedException.FetchAgain);
            }
            snapshot = SnapshotReader.Name(file);
        }
        storage.Rename(Temporary, snapshot.Name);
        storage.FlushFolder();
        return snapshot.Position;
    }

    /// <summary>
    /// The newest snapshot at or before a position that <paramref name="restore"/> can make something of; damaged ones are
    /// passed over with a warning. Default when there is none.
    /// </summary>
    /// <exception cref="NewerDataException"/>
    public T? Restore<T>(long atOrBefore, Func<IEnumerable<SnapshotItem>, T> restore)
        where T : class
    {
        foreach (SnapshotFile snapshot in Files().Where(file => file.Position <= atOrBefore))
        {
            StorageFile file = storage.Open(snapshot.Name);
            string? wrong = SnapshotReader.Check(file, storage.PathOf(snapshot.Name));
            if (wrong is null)
            {
                try
                {
                    return restore(SnapshotReader.Items(file));
                }
                catch (Exception e) when (e is InvalidDataException or Google.Protobuf.InvalidProtocolBufferException)
                {
                    wrong = e.Message;
                }
            }
            file.Dispose();
            warn($"{storage.PathOf(snapshot.Name)} is not used: {wrong}. The snapshot before it is.");
        }
        return null;
    }

    /// <summary>
    /// Keeps the newest two and the newest at or before <paramref name="history"/>, from which records can be made again;
    /// drops the others. When all are newer than history the oldest stays in its place. Damaged ones do not count. Returns
    /// the position of the oldest kept: the journal is needed from there on. 0 when all of it is.
    /// </summary>
    public long Prune(long history)
    {
        List<SnapshotFile> whole = Files();
        whole.RemoveAll(IsDamaged);
        SnapshotFile? forHistory = whole.Find(file => file.Position <= history);
        // A database that is away for days must not fill the disk with snapshots.
        SnapshotFile? kept = forHistory ?? whole.LastOrDefault();
        bool dropped = false;
        foreach (SnapshotFile file in whole.Skip(Newest).Where(file => file != kept))
        {
            storage.Delete(file.Name);
            dropped = true;
        }
        if (dropped) storage.FlushFolder();
        return forHistory is null ? 0 : Math.Min(whole.Take(Newest).Last().Position, forHistory.Position);
    }

    bool IsDamaged(SnapshotFile snapshot)
    {
        using StorageFile file = storage.Open(snapshot.Name);
        return SnapshotReader.Check(file, storage.PathOf(snapshot.Name)) is not null;
    }

    /// <summary>Drops the snapshots from a position on: they hold what an entry did that is passed by.</summary>
    public void DropFrom(long position)
    {
        foreach (SnapshotFile file in Files().Where(file => file.Position >= position)) storage.Delete(file.Name);
        storage.FlushFolder();
    }
}
