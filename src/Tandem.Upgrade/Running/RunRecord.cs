using System.Globalization;
using Tandem.Upgrade.Planning;

namespace Tandem.Upgrade.Running;

/// <summary>
/// What happened in a run: <c>run.jsonl</c> in the plan's folder, to which lines are only added, each on the disk before
/// anybody is told of it. One run at a time writes to it.
/// </summary>
public sealed class RunRecord : IDisposable
{
    public const string FileName = "run.jsonl";
    const string LockName = "run.lock";

    readonly FileStream _lock;
    readonly FileStream _file;
    readonly List<RunEntry> _entries;
    string _lastLineHash;

    RunRecord(string folder, FileStream locked, RecordCheck check)
    {
        Folder = folder;
        _lock = locked;
        _entries = [.. check.Entries];
        _lastLineHash = check.LastLineHash;
        if (check.Torn is { } torn) MovedAside = MoveAside(folder, torn);
        _file = new FileStream(Path.Combine(folder, FileName), FileMode.Append, FileAccess.Write, FileShare.Read);
    }

    public string Folder { get; }
    public IReadOnlyList<RunEntry> Entries => _entries;
    public int NextNumber => _entries.Count + 1;
    /// <summary>The file that has the cut line which was found at the end, if one was.</summary>
    public string? MovedAside { get; }

    /// <summary>A run was begun in this folder, even if nothing but the head is left of its record.</summary>
    public static bool IsIn(string folder) => new FileInfo(Path.Combine(folder, FileName)) is { Exists: true, Length: > 0 } || RecordHead.IsIn(folder);

    /// <summary>Begins a record, or goes on with the one that is there.</summary>
    /// <exception cref="UpgradeException">There is no plan, or another run goes on in this folder.</exception>
    /// <exception cref="DamagedRecordException">It is not what was recorded.</exception>
    public static RunRecord Open(string folder)
    {
        if (!File.Exists(PlanFile.PathIn(folder)) && !IsIn(folder)) throw new UpgradeException($"there is no plan in {folder}; give the folder that `tandem upgrade plan … --out FOLDER` wrote");
        FileStream locked = Lock(folder);
        try
        {
            RecordCheck check = RecordCheck.Of(folder);
            return check.IsWhole ? new RunRecord(folder, locked, check) : throw new DamagedRecordException(check);
        }
        catch
        {
            locked.Dispose();
            throw;
        }
    }

    /// <summary>Looks at everything and changes nothing; a run may go on meanwhile.</summary>
    public static RecordCheck Verify(string folder) => RecordCheck.Of(folder);

    /// <summary>When it returns, the line is on the disk.</summary>
    /// <exception cref="IOException">It is not, or perhaps not: the record must be opened again.</exception>
    public RunEntry Append(RunFact what, string who, string step, DateTimeOffset at, IReadOnlyDictionary<string, string> data)
    {
        (RunEntry entry, byte[] line) = RecordLine.Write(new RunEntry(NextNumber, at.ToUniversalTime(), who, what, step, data, _lastLineHash, ""));
        _file.Write([.. line, (byte)'\n']);
        _file.Flush(flushToDisk: true);
        _lastLineHash = RecordLine.HashOf(line);
        _entries.Add(entry);
        RecordHead.Write(Folder, entry);
        return entry;
    }

    public void Dispose()
    {
        _file.Dispose();
        _lock.Dispose();
    }

    static FileStream Lock(string folder)
    {
        string path = Path.Combine(folder, LockName);
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (UnauthorizedAccessException e)
        {
            throw new UpgradeException($"{path} cannot be written: {e.Message}", e);
        }
        catch (IOException e)
        {
            throw new UpgradeException($"another run goes on in {folder}, and only one may write its record; go on there, or end that one first ({e.Message})", e);
        }
    }

    static string MoveAside(string folder, TornLine torn)
    {
        string name = string.Create(CultureInfo.InvariantCulture, $"run.torn-{torn.Line:0000}");
        for (int i = 2; File.Exists(Path.Combine(folder, name)); i++) name = string.Create(CultureInfo.InvariantCulture, $"run.torn-{torn.Line:0000}-{i}");
        using (var aside = new FileStream(Path.Combine(folder, name), FileMode.CreateNew, FileAccess.Write))
        {
            aside.Write(torn.Bytes);
            aside.Flush(flushToDisk: true);
        }
        using var record = new FileStream(Path.Combine(folder, FileName), FileMode.Open, FileAccess.Write);
        record.SetLength(torn.At);
        record.Flush(flushToDisk: true);
        return name;
    }
}

/// <summary>A record that is not what was recorded; nothing may be added to it.</summary>
public sealed class DamagedRecordException(RecordCheck check) : Exception("the record of the run is damaged; see: tandem upgrade run FOLDER --verify")
{
    public RecordCheck Check => check;
}
