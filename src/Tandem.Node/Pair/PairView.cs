using Tandem.Core;
using Tandem.Core.Nodes;
using Tandem.Journal;
using Tandem.Node.Events;

namespace Tandem.Node.Pair;

/// <summary>The pair, as the side that is asked knows it.</summary>
/// <param name="State"><c>duplexed</c>, <c>simplex A</c>, <c>simplex B</c>, or <c>none</c> while no side is live.</param>
/// <param name="Since">When that began, in journal time.</param>
public sealed record PairView(string State, DateTimeOffset? Since, IReadOnlyList<SideView> Sides, IReadOnlyList<AddressView> Addresses, ClusterView Journal);

/// <param name="State"><c>live</c>, <c>leaving</c>, <c>away</c> (stopped or lost), <c>never</c> (has not been here yet).</param>
/// <param name="Position">How far it has read; of the other side as it last told, every few seconds.</param>
/// <param name="Lag">Entries behind the newest that the asked side knows; of the other side, as old as what it told.</param>
/// <param name="AgreedPosition">Up to here both sides' state hashes were compared and equal.</param>
/// <param name="Misses">Heartbeats of the other since its own last: five, and it is lost.</param>
/// <param name="ToldSecondsAgo">How old the other side's word is. Beyond a few seconds it does not reach etcd.</param>
public sealed record SideView(string Side, string Node, ulong Incarnation, string State, DateTimeOffset? Since, string Release, string Url,
    long Position, long Lag, long AgreedPosition, long SnapshotPosition, long HistoryPosition, int Misses, double? ToldSecondsAgo);

/// <param name="TakesOver">The side that would get it if its owner died now; empty: nobody is there to.</param>
public sealed record AddressView(string Address, string Home, string Owner, bool Movable, string TakesOver);

/// <param name="Leader">Empty: no member says that it leads, and nothing is committed.</param>
public sealed record ClusterView(string Leader, string State, string Reason, double PendingMs, IReadOnlyList<EtcdMemberHealth> Members);

/// <summary>Makes the view from the state and from what the sides told.</summary>
static class PairReading
{
    static readonly string[] s_sides = ["A", "B"];

    /// <param name="own">The asked side.</param>
    /// <param name="told">See <see cref="Bulletin.Sides"/>.</param>
    /// <param name="seen">When the asked side first saw an incarnation alive.</param>
    /// <param name="now">This host's wall clock.</param>
    public static PairView Of(ContactCentre c, string own, long agreed, long snapshot, long history, IReadOnlyList<SideRecord> told, ClusterView journal,
        IReadOnlyDictionary<ulong, DateTimeOffset> seen, DateTimeOffset now)
    {
        List<SideView> sides = [.. s_sides.Select(SideOf)];
        return new PairView(StateOf(c), sides.Max(static s => s.Since), sides, [.. c.Addresses.Where(static a => a.Name.Length > 0).Select(a => AddressOf(a, c))], journal);

        SideView SideOf(string side)
        {
            Incarnation? last = c.LiveIncarnations.LastOrDefault(i => i.Side == side) ?? c.Incarnations.LastOrDefault(i => i.Side == side);
            SideRecord? said = told.FirstOrDefault(r => r.Side == side);
            bool isOwn = side == own;
            long position = isOwn ? c.Position : said?.Mark.Position ?? 0;
            return new SideView(side, last?.Node ?? said?.Node ?? "", last?.Number ?? 0,
                last is null ? "never" : last.Lost ? "away" : last.Leaving ? "leaving" : "live",
                last is null ? null : last.Lost ? Views.Time(c, last.HeardAt) : seen.TryGetValue(last.Number, out DateTimeOffset since) ? since : null, last?.Release ?? "", said?.Url ?? "",
                position, Math.Max(0, c.Position - position), agreed, isOwn ? snapshot : said?.SnapshotPosition ?? 0, isOwn ? history : said?.HistoryPosition ?? 0,
                last is { Lost: false } && last.Missed.Count > 0 ? last.Missed.Max(static m => m.Count) : 0,
                isOwn || said is null ? null : Math.Round(Math.Max(0, (now.ToUnixTimeMilliseconds() - said.UnixMs) / 1000.0), 1));
        }
    }

    /// <summary>A side that is leaving takes over from nobody.</summary>
    static string StateOf(ContactCentre c) => (SidesOf(c, leaving: false) is { Length: > 0 } stay ? stay : SidesOf(c, leaving: true)) switch
    {
        [] => "none",
        [var only] => $"simplex {only}",
        _ => "duplexed",
    };

    static string[] SidesOf(ContactCentre c, bool leaving) =>
        [.. c.LiveIncarnations.Where(i => i.Leaving == leaving).Select(static i => i.Side).Distinct().Order(StringComparer.Ordinal)];

    static AddressView AddressOf(ServiceAddress address, ContactCentre c)
    {
        Incarnation? owner = c.FindIncarnation(address.Owner);
        string heir = owner is null || owner.Lost ? "" : c.HeirOf(owner)?.Side ?? "";
        return new AddressView(address.Name, SideOfNode(c, address.Home), owner is null || owner.Lost ? "" : owner.Side, address.Movable, heir);
    }

    static string SideOfNode(ContactCentre c, string node) => c.Incarnations.LastOrDefault(i => i.Node == node)?.Side ?? node;
}
