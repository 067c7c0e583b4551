using System.Globalization;
using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Texts;

namespace Tandem.Upgrade.Running;

/// <summary>What is wrong with a record.</summary>
/// <param name="Line">Of run.jsonl, from 1; 0 when no one line is meant.</param>
public sealed record Damage(int Line, Text Says);

/// <summary>The beginning of a line that the tool could not end: it, or its machine, stopped while writing. It was never told to be recorded.</summary>
/// <param name="At">Where in run.jsonl it begins, in bytes.</param>
public sealed record TornLine(int Line, long At, byte[] Bytes);

/// <summary>What a look at a whole record found.</summary>
/// <param name="Entries">Lines that are what they were; with <see cref="Damages"/> not all of them.</param>
/// <param name="LastLineHash">What the next line's `previous` is.</param>
/// <param name="Unnamed">Files in `evidence/` that no line names: left by a crash between keeping a file and recording it, or put there by somebody.</param>
public sealed record RecordCheck(IReadOnlyList<RunEntry> Entries, IReadOnlyList<Damage> Damages, TornLine? Torn, string LastLineHash, IReadOnlyList<string> Unnamed)
{
    public bool IsWhole => Damages.Count == 0;

    /// <summary>Reads everything and changes nothing.</summary>
    public static RecordCheck Of(string folder)
    {
        var found = new Reading(folder);
        found.Lines();
        found.Head();
        return found.Result();
    }

    sealed class Reading(string folder)
    {
        readonly List<RunEntry> _entries = [];
        readonly List<Damage> _damages = [];
        readonly (int Number, string Hash)? _head = RecordHead.Read(folder);
        TornLine? _torn;
        int _lines, _lastPlace;
        string _lastLineHash = "";

        /// <summary>False after a line that was changed or missed: what the next one says of it proves nothing.</summary>
        bool _follows = true;

        public void Lines()
        {
            string plan = PlanFile.PathIn(folder), path = Path.Combine(folder, RunRecord.FileName);
            bool hasPlan = File.Exists(plan);
            _lastLineHash = hasPlan ? RecordLine.HashOf(File.ReadAllBytes(plan)) : "";
            if (!hasPlan) Tell(0, "plan.json is missing: what was run can no longer be shown");
            _follows = hasPlan;

            byte[] bytes = File.Exists(path) ? File.ReadAllBytes(path) : [];
            int start = 0;
            while (start < bytes.Length)
            {
                int length = bytes.AsSpan(start).IndexOf((byte)'\n');
                ReadOnlySpan<byte> line = length < 0 ? bytes.AsSpan(start) : bytes.AsSpan(start, length);
                // A disk may also leave zeros where a line should have come.
                bool isCut = length < 0 || line.Contains((byte)0) && start + length + 1 == bytes.Length;
                if (isCut && (_head?.Number ?? 0) <= _lines)
                {
                    _torn = new TornLine(_lines + 1, start, bytes[start..]);
                    return;
                }
                Line(line);
                // It was recorded whole: a crash did not do this, and the next line would be written behind it.
                if (length < 0 && _lastPlace == _lines) Tell(_lines, "the line feed at the end of line {0} was removed", _lines);
                start += line.Length + 1;
            }
        }

        void Line(ReadOnlySpan<byte> line)
        {
            int place = ++_lines, expected = _entries.Count == 0 ? place : _entries[^1].Number + place - _lastPlace;
            if (RecordLine.Read(line) is not { } entry)
            {
                Tell(place, "line {0} was changed: its text does not give the hash that stands in it", place);
                _follows = false;
                return;
            }
            if (entry.Number > expected)
                Tell(place, entry.Number == expected + 1 ? "line {0} has number {1}: the one with number {2} was removed before it" : "line {0} has number {1}: those from number {2} on were removed before it", place, entry.Number, expected);
            else if (entry.Number < expected)
                Tell(place, "line {0} has number {1} where {2} should stand: it is there twice, or lines changed places", place, entry.Number, expected);
            else if (_follows && entry.Previous != _lastLineHash)
            {
                if (_entries.Count == 0) Tell(place, "plan.json is not the plan that this run began with: line {0} names another hash than its SHA-256", place);
                else Tell(place, "line {0} does not follow the line before as that stands there: one of the two was replaced together with its hash", place);
            }
            _follows = true;
            _lastPlace = place;
            _lastLineHash = RecordLine.HashOf(line);
            _entries.Add(entry);
            Evidence(place, entry);
        }

        void Evidence(int place, RunEntry entry)
        {
            string name = entry[RunData.File];
            if (entry.What != RunFact.Evidence || name.Length == 0) return;
            string path = Path.Combine(folder, name);
            if (!File.Exists(path)) Tell(place, "the evidence of line {0} is missing: {1}", place, name);
            else if (EvidenceFolder.HashOf(path) != entry[RunData.Sha256]) Tell(place, "the evidence of line {0} was changed: {1} has another SHA-256 than was recorded", place, name);
        }

        /// <summary>Lines that were removed at the end leave no gap; the head knows that they were there.</summary>
        public void Head()
        {
            RunEntry? last = _entries.Count > 0 ? _entries[^1] : null;
            if (_head is not { } head)
            {
                // One line may be recorded and the tool stop before it writes the head.
                if (_lines > 1) Tell(0, "run.head is missing or cannot be read: whether lines were removed at the end cannot be told");
                return;
            }
            if (last is null || _lastPlace != _lines)
            {
                if (_lines < head.Number) Tell(0, "lines are missing at the end: run.head knows {0}, and {1} are there", head.Number, _lines);
                return;
            }
            if (head.Number > last.Number) Tell(0, "lines are missing at the end: run.head knows number {0}, and the last one here is {1}", head.Number, last.Number);
            else if (head.Number < last.Number - 1) Tell(0, "run.head knows number {0}, and lines up to {1} are here: somebody added lines, or put an old run.head in its place", head.Number, last.Number);
            else if (_entries.Find(e => e.Number == head.Number) is { } known && known.Hash != head.Hash)
                Tell(_entries.IndexOf(known) + 1, "the line with number {0} is not the one that run.head knows: it was replaced together with its hash", head.Number);
        }

        public RecordCheck Result()
        {
            HashSet<string> named = [.. _entries.Select(static e => e[RunData.File])];
            return new RecordCheck(_entries, _damages, _torn, _lastLineHash, [.. EvidenceFolder.FilesIn(folder).Where(f => !named.Contains(f))]);
        }

        void Tell(int line, string form, params object[] values) => _damages.Add(new Damage(line, Text.Of(form, values)));
    }
}

/// <summary>`run.head`: the number and the hash of the last line, written after it.</summary>
static class RecordHead
{
    const string Name = "run.head";

    public static bool IsIn(string folder) => File.Exists(Path.Combine(folder, Name));

    public static (int Number, string Hash)? Read(string folder)
    {
        string path = Path.Combine(folder, Name);
        if (!File.Exists(path)) return null;
        string[] words = File.ReadAllText(path).Split(' ', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return words.Length == 2 && int.TryParse(words[0], NumberStyles.None, CultureInfo.InvariantCulture, out int number) ? (number, words[1]) : null;
    }

    public static void Write(string folder, RunEntry last)
    {
        string path = Path.Combine(folder, Name), written = path + ".new";
        using (var file = new FileStream(written, FileMode.Create, FileAccess.Write))
        {
            file.Write(System.Text.Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{last.Number} {last.Hash}\n")));
            file.Flush(flushToDisk: true);
        }
        File.Move(written, path, overwrite: true);
        // Else a power failure could bring back a much older one, and the record would look forged.
        FolderDisk.Flush(folder);
    }
}
