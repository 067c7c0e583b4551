namespace Tandem.Tests.Scenarios;

/// <summary>Inputs and effects as text: each file of this folder is a test. TANDEM_REWRITE=1 writes what happens into the files.</summary>
public sealed class ScenarioTests
{
    public static string Folder { get; } = Path.Combine(Repository.Root, "tests", "Tandem.Tests", "Scenarios");

    public static TheoryData<string> Files()
    {
        var files = new TheoryData<string>();
        foreach (string file in Directory.EnumerateFiles(Folder, "*.txt", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
            files.Add(Path.GetRelativePath(Folder, file)[..^4]);
        return files;
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Scenario(string name)
    {
        string path = Path.Combine(Folder, name + ".txt");
        string expected = File.ReadAllText(path);
        var scenario = new Scenario();
        string actual = scenario.Run(expected);
        if (Environment.GetEnvironmentVariable("TANDEM_REWRITE") == "1") File.WriteAllText(path, actual);
        else if (expected != actual) Assert.Fail($"{name} goes another way:\n{Difference(expected, actual)}");
        scenario.Desk.CheckReplay(snapshots: 12);
    }

    static string Difference(string expected, string actual)
    {
        string[] a = expected.Split('\n'), b = actual.Split('\n');
        int start = 0, end = 0;
        while (start < a.Length && start < b.Length && a[start] == b[start]) start++;
        while (end < a.Length - start && end < b.Length - start && a[^(end + 1)] == b[^(end + 1)]) end++;
        IEnumerable<string> lines = [.. a[Math.Max(0, start - 3)..start].Select(static l => $"  {l}"),
            .. a[start..^end].Select(static l => $"- {l}"), .. b[start..^end].Select(static l => $"+ {l}")];
        return string.Join('\n', lines.Take(60));
    }
}
