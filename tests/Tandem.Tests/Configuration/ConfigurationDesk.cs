using Tandem.Core.Schema;
using Tandem.Node.ConfigurationFiles;
using Tandem.Yaml;

namespace Tandem.Tests.ConfigurationFiles;

/// <summary>Loads configurations from text as an administrator would from files.</summary>
public sealed class ConfigurationDesk : IDisposable
{
    public TemporaryFolder Folder { get; } = new();
    public PhonePasswords Passwords { get; set; }
    public Credentials Credentials { get; }

    public ConfigurationDesk()
    {
        Credentials = Credentials.Open(Folder.Path);
        Passwords = PhonePasswords.Open(Folder.Path);
    }

    public LoadedConfiguration Load(string yaml) => LoadFrom(Folder.Write("centre.yaml", yaml));

    public LoadedConfiguration LoadFrom(string path) =>
        ConfigurationFile.Load(path, Credentials, Passwords);

    public Configuration Good(string yaml)
    {
        LoadedConfiguration loaded = Load(yaml);
        Assert.Empty(loaded.Problems);
        return loaded.Configuration!;
    }

    /// <summary>The problems as lines, the folder's path left out.</summary>
    public string[] ProblemsOf(string yaml) => Lines(Load(yaml));

    public string[] Lines(LoadedConfiguration loaded) =>
        [.. loaded.Problems.Select(problem => problem.ToString().Replace(Folder.Path + Path.DirectorySeparatorChar, ""))];

    public void Dispose() => Folder.Dispose();
}
