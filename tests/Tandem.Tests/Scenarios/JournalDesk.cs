using Google.Protobuf;
using Tandem.Core;
using Tandem.Core.Calls;
using Tandem.Core.Nodes;
using Tandem.Core.Schema;

namespace Tandem.Tests.Scenarios;

/// <summary>A contact centre and the journal that made it: entries are proposed, kept, and can be applied again.</summary>
sealed class JournalDesk
{
    public readonly List<Entry> Entries = [];
    public readonly List<ulong> Hashes = [];
    public readonly List<string> Digests = [];
    public readonly EffectList Effects = new();
    public ContactCentre Centre = new("main", 1);
    public Core.Instant Clock;
    readonly Dictionary<string, (ulong Incarnation, ulong Sequence)> _nodes = new(StringComparer.Ordinal);
    ulong _incarnations;

    /// <summary>The node that proposes.</summary>
    public string Node = "a";

    public const long FoundedUnixUs = 1_782_734_400_000_000;     // Monday, 2026-06-29 12:00 UTC

    /// <summary>The start of that node that proposes last; null before its first.</summary>
    public Incarnation? Incarnation(string node) => _nodes.TryGetValue(node, out var at) ? Centre.FindIncarnation(at.Incarnation) : null;

    public void Start(Span absent = default, long unixUs = FoundedUnixUs, string address = "", bool moves = false)
    {
        _nodes[Node] = (++_incarnations, 0);
        Apply(new Entry
        {
            NodeStarted = new NodeStarted
            {
                Node = Node, Side = Node.ToUpperInvariant(), Release = "0.1.0", ZoneData = "test",
                AbsentUs = absent.Us, UnixUs = unixUs, SipAddress = address, AddressMoves = moves,
            },
        });
    }

    /// <summary>A guardian writes the last will of the node's process: it knows no journal time, and no sequence but one above all.</summary>
    public void LastWill(string node)
    {
        ulong incarnation = _nodes[node].Incarnation;
        ApplyAsIs(new Entry { NodeStopped = new NodeStopped(), Incarnation = incarnation, Sequence = 1UL << 62 });
    }

    /// <summary>Stamps the entry as its node would, and applies it.</summary>
    public void Apply(Entry entry)
    {
        entry.TimeUs = Clock.Us;
        (ulong incarnation, ulong sequence) = _nodes[Node];
        _nodes[Node] = (incarnation, sequence + 1);
        entry.Incarnation = incarnation;
        entry.Sequence = sequence + 1;
        ApplyAsIs(entry);
    }

    public void ApplyAsIs(Entry entry)
    {
        // What a journal does to it: written and read.
        Entry read = Entry.Parser.ParseFrom(entry.ToByteArray());
        Assert.Equal(entry, read);
        Effects.Clear();
        Centre.Apply(Centre.Position + 1, read, Effects);
        Entries.Add(read);
        Hashes.Add(Centre.Hash);
        Digests.Add(Digest(Effects));
    }

    /// <summary>Time passes as a proposer lets it: a tick when a timer is due, and at least each second.</summary>
    public void Advance(Span by, Action? afterEach = null)
    {
        Core.Instant until = Clock + by;
        while (Clock < until)
        {
            Core.Instant next = Clock + Span.FromSeconds(1);
            if (Centre.NextTimer > Clock && Centre.NextTimer < next) next = Centre.NextTimer;
            Clock = next < until ? next : until;
            Apply(new Entry { Tick = new Tick() });
            afterEach?.Invoke();
        }
    }

    /// <summary>The same journal makes the same states and effects: from its beginning, and from snapshots drawn slowly on the way.</summary>
    public void CheckReplay(int snapshots)
    {
        Replay(new ContactCentre("main", 1), 0);
        int step = Math.Max(1, Entries.Count / snapshots);
        var centre = new ContactCentre("main", 1);
        SnapshotCapture? capture = null;
        var items = new List<SnapshotItem>();
        var effects = new EffectList();
        for (int i = 0; i < Entries.Count; i++)
        {
            effects.Clear();
            centre.Apply(i + 1, Entries[i], effects);
            // An item or so between entries: what changes meanwhile is in the snapshot as it was.
            if (capture is not null)
            {
                if (capture.TryNext(out SnapshotItem item)) items.Add(item);
                else Finish();
            }
            if (capture is null && (i % step == 0 || i == Entries.Count - 1)) capture = centre.BeginSnapshot();
        }
        while (capture is not null)
        {
            if (capture.TryNext(out SnapshotItem? last)) items.Add(last);
            else Finish();
        }

        void Finish()
        {
            ContactCentre restored = ContactCentre.Restore(items.ConvertAll(static i => SnapshotItem.Parser.ParseFrom(i.ToByteArray())));
            Assert.Equal(Hashes[(int)capture!.Position - 1], restored.Hash);
            StateInvariants.Check(restored);
            Replay(restored, (int)capture.Position);
            items.Clear();
            capture = null;
        }
    }

    void Replay(ContactCentre centre, int from)
    {
        var effects = new EffectList();
        for (int i = from; i < Entries.Count; i++)
        {
            effects.Clear();
            centre.Apply(i + 1, Entries[i], effects);
            if (centre.Hash != Hashes[i] || Digest(effects) != Digests[i])
                Assert.Fail($"From position {from}, entry {i + 1} ({Entries[i]}) makes another state or other effects:\n{Digest(effects)}\nbefore:\n{Digests[i]}");
        }
    }

    static string Digest(EffectList effects)
    {
        var text = new System.Text.StringBuilder();
        foreach (Effect effect in effects)
        {
            text.Append(effect switch
            {
                LegWanted { Leg: var leg } => $"leg {leg.Id} {leg.Wanted} {Sum(leg.ToSnapshot())}",
                Changed { Entity: var entity } => $"{entity.GetType().Name} {(entity.Gone ? "gone" : Sum(entity.ToSnapshot()))}",
                Recorded { Record: var record } => $"record {Sum(record)}",
                CallRepeated repeated => $"repeated {repeated.Call.Id}",
                CallAdmitted admitted => $"admitted {admitted.Call.Id}",
                ConfigurationChanged => "configuration",
                AddressMoved moved => $"address {moved.Address.Name} {moved.From} {moved.To} {moved.Reason}",
                IncarnationLost lost => $"lost {lost.Who.Number}",
                _ => effect.ToString(),
            }).Append('\n');
        }
        return text.ToString();
    }

    static string Sum(IMessage message) => Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(message.ToByteArray()).AsSpan(0, 6));
}
