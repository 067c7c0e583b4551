using Tandem.Core;
using Tandem.Core.Schema;
using Tandem.Yaml;

namespace Tandem.Node.ConfigurationFiles;

using Configuration = Tandem.Core.Schema.Configuration;

public sealed record DrawnPassword(string Phone, string Password);

/// <param name="Problems">Warnings, when there is a difference.</param>
/// <param name="Changes">Null: there are errors, and nothing was applied.</param>
/// <param name="Drawn">Passwords of phones that are new; told this once, and kept in the data directory.</param>
public sealed record ConfigurationOutcome(IReadOnlyList<Problem> Problems, IReadOnlyList<string>? Changes, bool Applied, IReadOnlyList<DrawnPassword> Drawn, Rejection Rejection);

/// <summary>Takes configurations in, one after the other: validated as a whole, compared with the one in force, then one entry.</summary>
public sealed class ConfigurationDesk(Node node)
{
    readonly SemaphoreSlim _one = new(1);

    /// <param name="load">Reads the files; draws passwords that are missing.</param>
    /// <param name="propose">How the entry is proposed: its outcome.</param>
    public async Task<ConfigurationOutcome> TakeAsync(Func<PhonePasswords, LoadedConfiguration> load, Func<Entry, Task<Rejection>> propose, bool dryRun)
    {
        await _one.WaitAsync();
        try
        {
            PhonePasswords passwords = PhonePasswords.Open(node.DataDirectory);
            LoadedConfiguration loaded = load(passwords);
            if (loaded.Configuration is not { } configuration) return new ConfigurationOutcome(loaded.Problems, null, false, [], Rejection.InvalidConfiguration);
            if (configuration.Instance != node.Instance) return new ConfigurationOutcome(loaded.Problems, null, false, [], Rejection.OtherInstance);

            // What is in force is never changed, only replaced: it may be read here.
            Configuration inForce = await node.AskAsync(static c => c.Configuration) ?? new Configuration { Instance = node.Instance };
            IReadOnlyList<string> changes = ConfigurationDifference.Between(inForce, configuration);
            if (dryRun || changes.Count == 0) return new ConfigurationOutcome(loaded.Problems, changes, false, [], Rejection.None);

            // Before the entry: no phone may be known by a password that nobody has.
            passwords.Save();
            Rejection rejection = await propose(new Entry { ConfigurationApplied = new ConfigurationApplied { Configuration = configuration } });
            DrawnPassword[] drawn = [.. passwords.Drawn.Select(user => new DrawnPassword(user, passwords.All[user]))];
            return new ConfigurationOutcome(loaded.Problems, changes, rejection == Rejection.None, drawn, rejection);
        }
        finally
        {
            _one.Release();
        }
    }

    public Task<ConfigurationOutcome> TakeAsync(IReadOnlyList<ConfigurationText> files, Func<Entry, Task<Rejection>> propose, bool dryRun) =>
        TakeAsync(passwords => ConfigurationFile.Load(files, node.Credentials, passwords), propose, dryRun);
}
