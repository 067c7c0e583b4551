using Google.Protobuf;
using Tandem.Core;
using Tandem.Core.Calls;
using Tandem.Core.Nodes;
using Tandem.Core.Schema;
using Tandem.Tests.Scenarios;

namespace Tandem.Tests.Centre;

/// <summary>What of the pair no scenario shows.</summary>
public sealed class PairTests
{
    [Fact]
    public void Heartbeats_cost_next_to_nothing()
    {
        JournalDesk desk = Pair();
        Entry[] beats = [new() { Heartbeat = new Heartbeat(), Incarnation = 1 }, new() { Heartbeat = new Heartbeat(), Incarnation = 2 }];
        var effects = new EffectList();
        Beat(100, 10);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Beat(10_000, 1_000);
        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.Equal(0, effects.Count);
        Assert.True(allocated < 10_000, $"20,000 heartbeats allocated {allocated} bytes");

        void Beat(int times, ulong from)
        {
            for (int i = 0; i < times; i++)
                foreach (Entry beat in beats)
                {
                    beat.TimeUs = desk.Clock.Us;
                    beat.Sequence = from + (ulong)i;
                    desk.Centre.Apply(desk.Centre.Position + 1, beat, effects);
                }
        }
    }

    [Fact]
    public void A_snapshot_of_before_service_addresses_is_read()
    {
        var desk = new JournalDesk();
        desk.Start();
        desk.Apply(new Entry { ConfigurationApplied = new ConfigurationApplied { Configuration = Configurations.Get("standard") } });
        desk.Apply(new Entry { PhoneRegistered = new PhoneRegistered { Phone = "201", Contact = "sip:x", ExpiresUs = 90_000_000 } });
        desk.Apply(new Entry { CallArrived = new CallArrived { Trunk = "carrier", Dialed = "1000", Checkpoint = ByteString.CopyFromUtf8("via") } });
        var items = new List<SnapshotItem>();
        SnapshotCapture capture = desk.Centre.BeginSnapshot();
        while (capture.TryNext(out SnapshotItem item))
        {
            if (item.KindCase == SnapshotItem.KindOneofCase.Address) continue;
            if (item.Header is { } header) (header.HashVersion, header.Hash) = (0, 4711);
            if (item.Node is { } node) (node.Heard, node.HeardUs) = (0, 0);
            foreach (LegState leg in item.Call?.Legs ?? []) leg.Owner = 1;
            items.Add(item);
        }

        ContactCentre restored = ContactCentre.Restore(items);
        StateInvariants.Check(restored);
        ServiceAddress address = Assert.Single(restored.Addresses);
        Assert.Equal(("", "a", 1UL), (address.Name, address.Home, address.Owner));
        Leg caller = restored.Calls.Single().Caller;
        Assert.Equal(1UL, caller.Owner);

        // The next start gives it a name.
        var effects = new EffectList();
        restored.Apply(restored.Position + 1, new Entry { NodeStarted = new NodeStarted { Node = "a", SipAddress = "10.0.0.1", AddressMoves = true }, Incarnation = 2 }, effects);
        StateInvariants.Check(restored);
        Assert.Equal(("10.0.0.1", 2UL, ""), (caller.Address.Name, caller.Owner, caller.KnownAt));
        Assert.Equal("10.0.0.1", restored.FindDevice("201")!.Address!.Name);
        Assert.Single(restored.Addresses);
    }

    [Fact]
    public void Nodes_and_addresses_have_their_limits()
    {
        var desk = new JournalDesk();
        for (int i = 0; i < 200; i++)
        {
            desk.Node = $"n{i}";
            desk.Start(address: $"10.0.1.{i}", moves: true);
            StateInvariants.Check(desk.Centre);
        }
        Assert.Equal(ContactCentre.LiveMax, desk.Centre.LiveIncarnations.Count);
        Assert.Equal(ContactCentre.AddressesMax, desk.Centre.Addresses.Count);
        desk.CheckReplay(snapshots: 4);
    }

    static JournalDesk Pair()
    {
        var desk = new JournalDesk();
        desk.Start(address: "10.0.0.1", moves: true);
        desk.Node = "b";
        desk.Start(address: "10.0.0.2", moves: true);
        return desk;
    }
}
