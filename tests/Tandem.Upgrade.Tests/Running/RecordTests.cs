using Tandem.Upgrade.Planning;
using Tandem.Upgrade.Running;

namespace Tandem.Upgrade.Tests.Running;

/// <summary>A whole run of 15 lines, with evidence in line 3, of which something is changed afterwards.</summary>
public sealed class RecordTests : IDisposable
{
    readonly RunFolder _folder = new(Plans.Four("echo good"));

    public RecordTests() => Assert.Equal(RunOutcome.Finished, _folder.Run(ScriptedTerminal.Willing()));

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void An_untouched_record_is_whole()
    {
        RecordCheck check = Check();
        Assert.Empty(check.Damages);
        Assert.Equal(Enumerable.Range(1, check.Entries.Count), check.Entries.Select(static e => e.Number));
        var output = new StringWriter();
        Assert.Equal(0, UpgradeRun.Verify(_folder.Path, output));
        Assert.Contains(check.Entries[^1].Hash, output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Each_changed_byte_of_the_record_is_found()
    {
        byte[] whole = File.ReadAllBytes(_folder.RecordPath);
        for (int i = 0; i < whole.Length; i += 7)
        {
            byte[] changed = [.. whole];
            changed[i] ^= 1;
            File.WriteAllBytes(_folder.RecordPath, changed);
            int line = whole.AsSpan(0, i).Count((byte)'\n') + 1;
            RecordCheck check = Check();
            Assert.True(check.Damages.Any(d => d.Line == line || d.Line == line + 1), $"byte {i} of line {line}: {string.Join("; ", check.Damages)}");
        }
    }

    [Fact]
    public void A_line_that_was_changed_is_named()
    {
        Rewrite(static lines => lines[4] = lines[4].Replace("Ana", "Eve", StringComparison.Ordinal));
        Damage damage = Assert.Single(Check().Damages);
        Assert.Equal(5, damage.Line);
        Assert.Contains("was changed", damage.Says.ToString(), StringComparison.Ordinal);
        var output = new StringWriter();
        Assert.Equal(4, UpgradeRun.Verify(_folder.Path, output));
        Assert.Contains("run.jsonl:5: line 5 was changed", output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_line_that_was_replaced_with_a_hash_of_its_own_does_not_fit_the_next()
    {
        Rewrite(lines => lines[4] = Forged(4, "Eve"));
        Damage damage = Assert.Single(Check().Damages);
        Assert.Equal(6, damage.Line);
        Assert.Contains("does not follow", damage.Says.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_last_line_replaced_with_a_hash_of_its_own_is_known_to_the_head()
    {
        int last = _folder.Lines.Length;
        Rewrite(lines => lines[^1] = Forged(last - 1, "Eve"));
        Damage damage = Assert.Single(Check().Damages);
        Assert.Equal(last, damage.Line);
        Assert.Contains("run.head", damage.Says.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 3)]
    [InlineData(6, 1)]
    [InlineData(6, 4)]
    public void Lines_removed_at_the_start_or_in_the_middle_leave_a_gap(int first, int count)
    {
        Rewrite(lines => lines.RemoveRange(first, count));
        Damage damage = Assert.Single(Check().Damages);
        Assert.Equal(first + 1, damage.Line);
        Assert.Contains($"{first + 1}", damage.Says.ToString(), StringComparison.Ordinal);
        Assert.Contains("removed before it", damage.Says.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void Lines_removed_at_the_end_are_known_to_the_head(int count)
    {
        int last = _folder.Lines.Length;
        Rewrite(lines => lines.RemoveRange(last - count, count));
        Damage damage = Assert.Single(Check().Damages);
        Assert.Contains($"run.head knows number {last}, and the last one here is {last - count}", damage.Says.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void All_lines_removed_are_known_to_the_head()
    {
        File.Delete(_folder.RecordPath);
        Assert.Contains("missing at the end", Assert.Single(Check().Damages).Says.ToString(), StringComparison.Ordinal);
        Assert.Equal(4, _folder.Pipe("begin").Code);
    }

    [Fact]
    public void Lines_that_changed_places_or_stand_twice_are_found()
    {
        Rewrite(static lines => (lines[3], lines[4]) = (lines[4], lines[3]));
        Assert.Contains(Check().Damages, static d => d.Line == 5);
        Rewrite(static lines => (lines[3], lines[4]) = (lines[4], lines[3]));
        Assert.True(Check().IsWhole);
        Rewrite(static lines => lines.Insert(3, lines[3]));
        Assert.Contains(Check().Damages, static d => d.Line == 5);
    }

    [Fact]
    public void A_changed_plan_is_found_and_a_missing_one()
    {
        string path = PlanFile.PathIn(_folder.Path);
        byte[] plan = File.ReadAllBytes(path);
        File.WriteAllBytes(path, [.. plan, (byte)'\n']);
        Damage changed = Assert.Single(Check().Damages);
        Assert.Equal(1, changed.Line);
        Assert.Contains("plan.json is not the plan", changed.Says.ToString(), StringComparison.Ordinal);
        File.WriteAllText(path, "{");
        Assert.Equal(4, _folder.Pipe().Code);
        File.Delete(path);
        Assert.Equal(4, _folder.Pipe().Code);
        Assert.Contains("plan.json is missing", Assert.Single(Check().Damages).Says.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Changed_and_missing_evidence_is_found()
    {
        RunEntry evidence = Check().Entries.First(static e => e.What == RunFact.Evidence);
        string path = Path.Combine(_folder.Path, evidence["file"]);
        File.AppendAllText(path, "better");
        Assert.Equal((evidence.Number, true), Only("was changed"));
        File.Delete(path);
        Assert.Equal((evidence.Number, true), Only("is missing"));

        (int, bool) Only(string word)
        {
            Damage damage = Assert.Single(Check().Damages);
            return (damage.Line, damage.Says.ToString().Contains(word, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void A_line_cut_after_it_was_recorded_is_damage_and_no_crash()
    {
        byte[] whole = File.ReadAllBytes(_folder.RecordPath);
        for (int cut = 1; cut < _folder.Lines[^1].Length + 1; cut += 13)
        {
            File.WriteAllBytes(_folder.RecordPath, whole[..^cut]);
            RecordCheck check = Check();
            Assert.False(check.IsWhole, $"cut by {cut}");
            Assert.Null(check.Torn);
        }
    }

    [Fact]
    public void A_line_torn_by_a_crash_at_any_byte_is_moved_aside_and_told()
    {
        // A run of one line, to which a crash adds the beginning of another.
        byte[] torn = [.. File.ReadAllBytes(_folder.RecordPath).AsSpan()[(_folder.Lines[0].Length + 1)..]];
        int length = torn.AsSpan().IndexOf((byte)'\n');
        for (int cut = 1; cut <= length; cut += 17)
        {
            using var folder = new RunFolder(Plans.Four());
            folder.Run(ScriptedTerminal.Of());
            int lines = folder.Lines.Length;
            using (FileStream file = File.Open(folder.RecordPath, FileMode.Append)) file.Write(torn, 0, cut);
            RecordCheck before = RunRecord.Verify(folder.Path);
            Assert.True(before.IsWhole);
            Assert.Equal(lines + 1, before.Torn!.Line);

            ScriptedTerminal after = ScriptedTerminal.Willing();
            Assert.Equal(RunOutcome.Finished, folder.Run(after));
            Assert.Contains("was cut", after.Said[0], StringComparison.Ordinal);
            Assert.Equal(torn[..cut], File.ReadAllBytes(Path.Combine(folder.Path, "run.torn-0003")));
            Assert.True(RunRecord.Verify(folder.Path).IsWhole);
            Assert.Contains(folder.Entries, static e => e["kind"] == "torn-line");
        }
    }

    [Fact]
    public void A_head_that_a_crash_left_one_behind_is_no_damage_and_two_are()
    {
        string head = Path.Combine(_folder.Path, "run.head");
        IReadOnlyList<RunEntry> entries = Check().Entries;
        File.WriteAllText(head, $"{entries[^2].Number} {entries[^2].Hash}\n");
        Assert.True(Check().IsWhole);
        File.WriteAllText(head, $"{entries[^3].Number} {entries[^3].Hash}\n");
        Assert.False(Check().IsWhole);
        File.Delete(head);
        Assert.Contains("run.head is missing", Assert.Single(Check().Damages).Says.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Nothing_is_added_to_a_damaged_record()
    {
        Rewrite(static lines => lines[4] = lines[4].Replace("Ana", "Eve", StringComparison.Ordinal));
        byte[] before = File.ReadAllBytes(_folder.RecordPath);
        (int code, string output) = _folder.Pipe("begin");
        Assert.Equal(4, code);
        Assert.Contains("line 5 was changed", output, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllBytes(_folder.RecordPath));
        Assert.Equal(4, UpgradeRun.Report(_folder.Path, TextWriter.Null));
    }

    /// <summary>So that records stay readable by later versions: these bytes are the format.</summary>
    [Fact]
    public void A_line_is_always_the_same_bytes()
    {
        var entry = new RunEntry(1, new DateTimeOffset(2026, 12, 5, 0, 0, 0, 123, TimeSpan.Zero), "王 \"Ana\"", RunFact.StepBegun, "9.aw-1",
            new Dictionary<string, string> { ["text"] = "a\nb" }, new string('0', 64), "");
        (_, byte[] line) = RecordLine.Write(entry);
        const string body = """{"number":1,"instant":"2026-12-05T00:00:00.123Z","who":"王 \u0022Ana\u0022","what":"step-begun","step":"9.aw-1","data":{"text":"a\nb"},"previous":"0000000000000000000000000000000000000000000000000000000000000000"}""";
        string hash = RecordLine.HashOf(System.Text.Encoding.UTF8.GetBytes(body));
        Assert.Equal(body[..^1] + ",\"hash\":\"" + hash + "\"}", System.Text.Encoding.UTF8.GetString(line));
        Assert.Equal(hash, RecordLine.Read(line)!.Hash);
    }

    [Fact]
    public void Each_line_can_be_checked_without_the_tool()
    {
        string before = RecordLine.HashOf(File.ReadAllBytes(PlanFile.PathIn(_folder.Path)));
        foreach (string line in _folder.Lines)
        {
            Assert.Contains($"\"previous\":\"{before}\"", line, StringComparison.Ordinal);
            before = RecordLine.HashOf(System.Text.Encoding.UTF8.GetBytes(line));
        }
    }

    RecordCheck Check() => RunRecord.Verify(_folder.Path);

    string Forged(int index, string who) =>
        System.Text.Encoding.UTF8.GetString(RecordLine.Write(RecordLine.Read(System.Text.Encoding.UTF8.GetBytes(_folder.Lines[index]))! with { Who = who }).Line);

    void Rewrite(Action<List<string>> change)
    {
        List<string> lines = [.. _folder.Lines];
        change(lines);
        File.WriteAllText(_folder.RecordPath, string.Concat(lines.Select(static l => l + "\n")));
    }
}
