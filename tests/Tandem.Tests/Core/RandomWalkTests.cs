using Google.Protobuf;
using Tandem.Core;
using Tandem.Core.Agents;
using Tandem.Core.Calls;
using Tandem.Core.Nodes;
using Tandem.Core.Schema;
using Tandem.Tests.Scenarios;

namespace Tandem.Tests.Centre;

/// <summary>Whatever happens, in whatever order: the invariants hold, and the same journal makes the same state.</summary>
public sealed class RandomWalkTests
{
    [Theory]
    [InlineData(0)] [InlineData(1)] [InlineData(2)] [InlineData(3)] [InlineData(4)] [InlineData(5)] [InlineData(6)] [InlineData(7)] [InlineData(8)] [InlineData(9)]
    public void The_invariants_hold_and_replay_is_equal_on_any_walk(int tens)
    {
        for (int seed = tens * 20; seed < (tens + 1) * 20; seed++)
        {
            try
            {
                var walk = new Walk(seed);
                for (int i = 0; i < 500; i++) walk.Step();
                walk.Desk.CheckReplay(snapshots: 6);
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"seed {seed}: {e.Message}", e);
            }
        }
    }

    [Fact]
    public void Nothing_thrown_at_the_core_makes_it_throw()
    {
        for (int seed = 0; seed < 40; seed++)
        {
            var walk = new Walk(seed);
            for (int i = 0; i < 100; i++) walk.Step();
            for (int i = 0; i < 250; i++) walk.Garbage();
            for (int i = 0; i < 50; i++) walk.Step();
        }
    }

    [Fact]
    public void The_walks_meet_what_the_pair_is_about()
    {
        var met = new HashSet<string>();
        for (int seed = 0; seed < 40; seed++)
        {
            var walk = new Walk(seed);
            for (int i = 0; i < 300; i++) walk.Step();
            met.UnionWith(walk.Met);
        }
        string[] meant = [AddressMoved.Lost, AddressMoved.Stopped, AddressMoved.Left, AddressMoved.Claimed,
            "lost incarnation refused", "refreshed", "rung anew", "known elsewhere"];
        Assert.Empty(meant.Except(met));
    }

    sealed class Walk
    {
        static readonly string[] s_configurations = ["standard", "changed", "without-groups"];
        static readonly string[] s_agents = ["ana", "bo", "cy", "dee", "eli", "nobody"];
        static readonly string[] s_phones = ["101", "102", "103", "104", "105", "106", "201", "202", "203", "999"];
        public readonly JournalDesk Desk = new();
        static readonly string[] s_nodes = ["a", "b", "c"];
        public readonly HashSet<string> Met = [];
        /// <summary>Of INVITEs that come in twice; on its own, so that walks go where they are meant to go.</summary>
        readonly Random _arrivals;
        readonly Random _random;
        readonly string[] _nodes;

        public Walk(int seed)
        {
            _random = new Random(seed);
            _arrivals = new Random(seed);
            // One node as it was before service addresses, two that take over from each other, and one whose address does not move.
            _nodes = s_nodes[..(seed % 4 == 0 ? 1 : seed % 4)];
            foreach (string node in _nodes) Start(node);
            Apply(new Entry { ConfigurationApplied = new ConfigurationApplied { Configuration = Configurations.Get("standard") } });
        }

        public void Step()
        {
            ContactCentre centre = Desk.Centre;
            Choose();
            if (_nodes.Length > 1 && _random.Next(4) == 0)
            {
                OfNode();
                return;
            }
            switch (_random.Next(100))
            {
                case < 14: Apply(Arrival()); break;
                case < 50 when centre.LegCount > 0: Apply(OfLeg(AnyLeg())); break;
                case < 68: Apply(OfAgent(s_agents[_random.Next(s_agents.Length)])); break;
                case < 72: Apply(OfPhone(s_phones[_random.Next(s_phones.Length)])); break;
                case < 73: Apply(new Entry { ConfigurationApplied = new ConfigurationApplied { Configuration = Configurations.Get(s_configurations[_random.Next(3)]) } }); break;
                case < 74 when centre.Calls.Count > 0: Apply(new Entry { CallReleased = new CallReleased { Call = AnyCall().Id.Value } }); break;
                case < 75:
                    Desk.Clock += Span.FromMs(_random.Next(8_000));
                    Start(Desk.Node, Span.FromMs(8_000));
                    break;
                case < 76:
                    Desk.Clock += Span.FromMs(_random.Next(20_000));
                    Apply(new Entry { TimePassed = new TimePassed { AbsentUs = 20_000_000 } });
                    break;
                case < 90: Desk.Advance(Span.FromMs(_random.Next(4_000)), () => StateInvariants.Check(centre)); break;
                default:
                    Desk.Clock += Span.FromMs(_random.Next(900));
                    Apply(new Entry { Tick = new Tick() });
                    break;
            }
        }

        /// <summary>An entry of random content: half of them mutations of one that was good.</summary>
        public void Garbage()
        {
            Choose();
            byte[] bytes = Desk.Entries[_random.Next(Desk.Entries.Count)].ToByteArray();
            for (int i = _random.Next(1, 5); i > 0 && bytes.Length > 0; i--) bytes[_random.Next(bytes.Length)] = (byte)_random.Next(256);
            Entry entry;
            try
            {
                entry = Entry.Parser.ParseFrom(bytes);
            }
            catch (InvalidProtocolBufferException)
            {
                entry = new Entry { LegEnded = new LegEnded { Leg = _random.NextInt64() } };
            }
            // The seldom kinds of a damaged entry are met more often when it passes for its node's.
            if (_random.Next(2) == 0 && entry.InputCase != Entry.InputOneofCase.NodeStarted) Desk.Apply(entry);
            else Desk.ApplyAsIs(entry);
            Desk.Clock = Desk.Centre.Now > Desk.Clock ? Desk.Centre.Now : Desk.Clock;
            StateInvariants.Check(Desk.Centre);
        }

        void Start(string node, Span absent = default)
        {
            Desk.Node = node;
            Desk.Start(absent, JournalDesk.FoundedUnixUs + Desk.Clock.Us, _nodes.Length == 1 ? "" : $"10.0.0.{node}", node != "c");
            StateInvariants.Check(Desk.Centre);
        }

        /// <summary>A node that lives proposes; when none does, one starts.</summary>
        void Choose()
        {
            string[] live = [.. _nodes.Where(n => Desk.Incarnation(n) is { Lost: false })];
            if (live.Length == 0) Start(_nodes[_random.Next(_nodes.Length)]);
            else Desk.Node = live[_random.Next(live.Length)];
        }

        void OfNode()
        {
            switch (_random.Next(24))
            {
                case < 12: Apply(new Entry { Heartbeat = new Heartbeat() }); break;
                // One is not heard for a while.
                case < 15: for (int i = _random.Next(1, 8); i > 0; i--) Apply(new Entry { Heartbeat = new Heartbeat() }); break;
                case < 16: Apply(new Entry { NodeStopped = new NodeStopped() }); break;
                case < 17: Apply(new Entry { NodeLeaving = new NodeLeaving() }); break;
                case < 18:
                    Desk.LastWill(Desk.Node);
                    StateInvariants.Check(Desk.Centre);
                    break;
                case < 20: Apply(new Entry { AddressClaimed = new AddressClaimed { Address = $"10.0.0.{s_nodes[_random.Next(3)]}" } }); break;
                case < 21:
                    // What a lost one still has to say.
                    Desk.Node = _nodes[_random.Next(_nodes.Length)];
                    if (Desk.Incarnation(Desk.Node) is not null) Apply(Arrival());
                    break;
                case < 22: Apply(new Entry { CallDefaultRouted = new CallDefaultRouted { Dialed = "1000", Label = "release:503", UnixUs = JournalDesk.FoundedUnixUs } }); break;
                default: Start(_nodes[_random.Next(_nodes.Length)]); break;
            }
        }

        void Apply(Entry entry)
        {
            if (_random.Next(10) == 0) entry.RequestId = $"r{_random.Next(50)}";
            Desk.Apply(entry);
            StateInvariants.Check(Desk.Centre);
            foreach (Effect effect in Desk.Effects)
            {
                if (effect switch
                {
                    AddressMoved moved => moved.Reason,
                    Rejected { Reason: Rejection.IncarnationLost } => "lost incarnation refused",
                    LegWanted { Leg.Exchange: Exchange.Refreshing } => "refreshed",
                    LegWanted { Leg.KnownAt.Length: > 0 } => "known elsewhere",
                    Recorded { Record.Termination.Disposition: (int)Disposition.FailedSoftware } => "rung anew",
                    _ => null,
                } is { } what) Met.Add(what);
            }
        }

        Call AnyCall() => Desk.Centre.Calls.OrderBy(static c => c.Id).ElementAt(_random.Next(Desk.Centre.Calls.Count));

        long AnyLeg()
        {
            List<Leg> legs = [.. AnyCall().Legs.Where(static l => !l.Gone)];
            return _random.Next(30) == 0 ? _random.NextInt64() : legs[_random.Next(legs.Count)].Id.Value;
        }

        Entry Arrival()
        {
            bool inside = _random.Next(4) == 0;
            return new Entry
            {
                CallArrived = new CallArrived
                {
                    Trunk = inside ? "" : "carrier",
                    Phone = inside ? s_phones[_random.Next(s_phones.Length)] : "",
                    Dialed = _random.Next(4) == 0 ? s_phones[_random.Next(s_phones.Length)] : _random.Next(8) == 0 ? "0401" : $"{1000 + _random.Next(25)}",
                    Calling = $"030{_random.Next(1, 5)}{_random.Next(1, 5)}{_random.Next(1, 5)}",
                    Sdp = _random.Next(5) == 0 ? "" : "offer",
                    Checkpoint = ByteString.CopyFromUtf8("via"),
                    Address = AnyAddress(),
                    Arrival = ByteString.CopyFromUtf8(_arrivals.Next(3) == 0 ? "" : $"invite {_arrivals.Next(500)}"),
                },
            };
        }

        string AnyAddress() => _random.Next(2) == 0 ? "" : $"10.0.0.{s_nodes[_random.Next(3)]}";

        Entry OfLeg(long leg)
        {
            string sdp = _random.Next(4) == 0 ? "" : $"sdp{_random.Next(100)}";
            return _random.Next(14) switch
            {
                0 => new Entry { LegProgressed = new LegProgressed { Leg = leg, Status = 183, Sdp = sdp } },
                < 5 => new Entry { LegAnswered = new LegAnswered { Leg = leg, Sdp = sdp } },
                5 => new Entry { LegAcknowledged = new LegAcknowledged { Leg = leg, Sdp = sdp } },
                < 8 => new Entry { LegFailed = new LegFailed { Leg = leg, Status = new[] { 0, 408, 480, 486, 503, 603 }[_random.Next(6)] } },
                < 11 => new Entry { LegEnded = new LegEnded { Leg = leg, Cause = (EndCause)_random.Next(5) } },
                11 => new Entry { LegOffered = new LegOffered { Leg = leg, Cseq = (uint)_random.Next(100), Sdp = sdp, Hold = _random.Next(2) == 0 } },
                _ => new Entry { LegOfferAnswered = new LegOfferAnswered { Leg = leg, Status = _random.Next(3) == 0 ? 488 : 200, Sdp = sdp } },
            };
        }

        Entry OfAgent(string agent) => _random.Next(12) switch
        {
            < 3 => new Entry { AgentLoggedIn = new AgentLoggedIn { Agent = agent, Phone = _random.Next(3) == 0 ? s_phones[_random.Next(s_phones.Length)] : "" } },
            3 => new Entry { AgentLoggedOut = new AgentLoggedOut { Agent = agent, Reason = _random.Next(4) } },
            < 9 => new Entry { AgentMadeReady = new AgentMadeReady { Agent = agent } },
            < 11 => new Entry { AgentMadeNotReady = new AgentMadeNotReady { Agent = agent, Reason = _random.Next(4) } },
            _ => new Entry { WrapUpExtended = new WrapUpExtended { Agent = agent, ByMs = _random.Next(-5, 20_000) } },
        };

        Entry OfPhone(string phone) => _random.Next(4) == 0
            ? new Entry { PhoneUnregistered = new PhoneUnregistered { Phone = phone } }
            : new Entry { PhoneRegistered = new PhoneRegistered { Phone = phone, Contact = "sip:x", Address = AnyAddress(), ExpiresUs = Desk.Clock.Us + _random.Next(90_000_000) } };
    }
}
