using System.Text.RegularExpressions;

namespace Tandem.Tests.Architecture;

/// <summary>What the repository as a whole promises.</summary>
public sealed partial class RepositoryTests
{
    const int LinesMax = 500;

    /// <summary>Files that may be longer, each with its reason.</summary>
    static readonly Dictionary<string, string> s_longer = new()
    {
    };

    static readonly string[] s_code = [".cs", ".ts", ".tsx", ".css", ".proto", ".sh", ".csproj", ".props"];

    [Fact]
    public void A_file_of_code_is_for_one_readers_sitting()
    {
        string[] tooLong =
        [
            .. from path in Repository.Files()
               where s_code.Contains(Path.GetExtension(path)) || path == "tandem"
               let lines = File.ReadLines(Path.Combine(Repository.Root, path)).Count()
               where lines > LinesMax && !s_longer.ContainsKey(path)
               select $"{path}: {lines} lines",
        ];
        Assert.Empty(tooLong);
    }

    [Fact]
    public void Files_that_may_be_longer_exist_and_are_longer() =>
        Assert.All(s_longer.Keys, path => Assert.True(File.ReadLines(Path.Combine(Repository.Root, path)).Count() > LinesMax, path));

    [Fact]
    public void No_file_holds_a_secret_a_registry_address_or_a_path_of_somebodys_machine()
    {
        string[] found =
        [
            .. from path in Repository.Files()
               // This file names what it looks for.
               where path != "tests/Tandem.Tests/Architecture/RepositoryTests.cs"
               let text = Text(path)
               from Match match in Forbidden().Matches(text)
               select $"{path}:{text.AsSpan(0, match.Index).Count('\n') + 1}: {match.Value}",
        ];
        Assert.Empty(found);
    }

    [Theory]
    [InlineData("-----BEGIN EC PRIVATE KEY-----")]
    [InlineData("AKIAIOSFODNN7EXAMPLE")]
    [InlineData("see https://registry.npmjs.org/react")]
    [InlineData("cd /home/ana/tandem")]
    public void The_check_sees_what_it_looks_for(string text) => Assert.Matches(Forbidden(), text);

    /// <summary>Empty for a file that is no text.</summary>
    static string Text(string path)
    {
        byte[] bytes = File.ReadAllBytes(Path.Combine(Repository.Root, path));
        return bytes.Contains((byte)0) ? "" : System.Text.Encoding.UTF8.GetString(bytes);
    }

    // eri_sn_admin is the account that every MX-ONE has: its folder stands in the vendor's commands.
    [GeneratedRegex(
        """-----BEGIN [A-Z ]*PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}|\bxox[abp]-[0-9A-Za-z-]{10,}|""" +
        """https?://[a-z.]*(nuget\.org|npmjs\.org|npmjs\.com|pypi\.org|yarnpkg\.com)|<packageSources>|""" +
        """(?<![\w.])/(home/(?!eri_sn_admin/)[a-z]\w*/|root/|work/|Users/[A-Za-z])|\b[A-Z]:\\\\?Users\\""")]
    private static partial Regex Forbidden();
}
