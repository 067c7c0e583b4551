using Tandem.Journal;

namespace Tandem.Node.Pair;

/// <summary>The journal of a side, as its side file tells where it is.</summary>
static class PairJournal
{
    public static EtcdOptions ClusterOf(SideOptions side) => new()
    {
        Endpoints = [.. side.Etcd.Endpoints.Select(static e => e.ToString().TrimEnd('/'))],
        Instance = side.Instance,
        CaFile = side.Etcd.Ca,
        CertificateFile = side.Etcd.Certificate,
        KeyFile = side.Etcd.Key,
        User = side.Etcd.User.Length > 0 ? side.Etcd.User : null,
        Password = side.Etcd.User.Length > 0 ? side.Etcd.Password : null,
    };

    public static string Folder(SideOptions side) => Path.Combine(side.Data, "journal");

    public static EtcdJournalOptions OptionsOf(SideOptions side, Archive? archive = null) => new() { Side = side.Side, Archive = archive };

    /// <summary>Opens it, with what this side missed; fetched from the other where etcd has it no more.</summary>
    public static EtcdJournal Open(SideOptions side, Archive archive, Action<string> alarm) => Task.Run(() => OpenAsync(side, archive, alarm)).GetAwaiter().GetResult();

    static async Task<EtcdJournal> OpenAsync(SideOptions side, Archive archive, Action<string> alarm)
    {
        // While it is fetched the cluster may be compacted once more; not for ever, as the other side waits for marks that are told.
        for (int tries = 3; ; tries--)
        {
            try
            {
                return await EtcdJournal.OpenAsync(Folder(side), ClusterOf(side), OptionsOf(side, archive), alarm).ConfigureAwait(false);
            }
            catch (JournalCompactedException compacted) when (tries > 0)
            {
                await Joining.FetchAsync(side, compacted.Position, alarm).ConfigureAwait(false);
            }
        }
    }
}
