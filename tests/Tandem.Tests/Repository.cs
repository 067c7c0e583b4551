namespace Tandem.Tests;

/// <summary>The repository that the tests were built in.</summary>
static class Repository
{
    public static string Root { get; } = Find();

    static string Find()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Tandem.slnx"))) return folder.FullName;
        }
        throw new InvalidOperationException("the tests run outside their repository");
    }

    /// <summary>Paths below the root with forward slashes, without what builds and tools leave there.</summary>
    public static IEnumerable<string> Files() =>
        Directory.EnumerateFiles(Root, "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
            .Select(path => Path.GetRelativePath(Root, path).Replace('\\', '/'))
            .Where(path => !path.StartsWith(".git/", StringComparison.Ordinal) && path != ".git"
                && !path.StartsWith(".build/", StringComparison.Ordinal) && !path.StartsWith("data/", StringComparison.Ordinal)
                && !path.Contains("/node_modules/") && !path.StartsWith("bench/results/", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal);

    public static string Read(string path) => File.ReadAllText(Path.Combine(Root, path));
}
