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

    public static EtcdJournal Open(SideOptions side, Action<string> alarm) =>
        Task.Run(() => EtcdJournal.OpenAsync(Path.Combine(side.Data, "journal"), ClusterOf(side), new EtcdJournalOptions { Side = side.Side }, alarm)).GetAwaiter().GetResult();
}
