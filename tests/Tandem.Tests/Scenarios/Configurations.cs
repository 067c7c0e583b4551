using System.Collections.Concurrent;
using Tandem.Core.Schema;
using Tandem.Core.Scripts;
using Tandem.Node.ConfigurationFiles;
using Tandem.Yaml;

namespace Tandem.Tests.Scenarios;

/// <summary>The configurations of Scenarios/Configurations, each loaded once: their passwords are drawn.</summary>
static class Configurations
{
    static readonly ConcurrentDictionary<string, Lazy<Configuration>> _loaded = new(StringComparer.Ordinal);

    public static Configuration Get(string name) => _loaded.GetOrAdd(name, static n => new Lazy<Configuration>(() => Load(n))).Value;

    static Configuration Load(string name)
    {
        using var folder = new TemporaryFolder();
        string path = Path.Combine(ScenarioTests.Folder, "Configurations", name + ".yaml");
        LoadedConfiguration loaded = ConfigurationFile.Load(path, Credentials.Open(folder.Path), PhonePasswords.Open(folder.Path), CompiledScript.CheckExpression);
        Assert.True(loaded.Configuration is not null, $"{path}: {string.Join("\n", loaded.Problems)}");
        return loaded.Configuration;
    }
}
