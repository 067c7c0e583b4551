using Google.Protobuf;
using Tandem.Core;
using Tandem.Core.Calls;
using Tandem.Core.Schema;

namespace Tandem.Bench.Routing;

/// <summary>
/// The mix of entries of the routing benchmark. A contact centre of the given size, filled with waiting calls, then a day of
/// work: of 100 calls 84 are answered and talk, 8 ring in vain first (RONA), 8 are abandoned while they wait; an answered
/// call is eight entries (arrived, ringing, answered, acknowledged, hung up, cleared) with agents' commands and ticks between.
/// </summary>
sealed class RoutingDay
{
    readonly ContactCentre _centre = new("bench", 1);
    readonly EffectList _effects = new();
    readonly Random _random = new(4711);
    readonly int _agents, _groups;
    readonly Queue<Leg> _ringing = [];
    readonly Queue<(Call Call, long End)> _talking = [];
    readonly Queue<long> _clearing = [];
    readonly Queue<string> _idle = [];
    readonly List<Call> _waiting = [];
    ulong _sequence;
    long _clock;

    readonly MemoryStream _bytes = new();
    readonly SortedDictionary<string, int> _mix = [];
    int _count, _firstMeasured;

    const string Sdp = """
        v=0
        o=- 3908 3908 IN IP4 192.0.2.17
        s=-
        c=IN IP4 192.0.2.17
        t=0 0
        m=audio 40012 RTP/AVP 8 0 9 101
        a=rtpmap:8 PCMA/8000
        a=rtpmap:0 PCMU/8000
        a=rtpmap:9 G722/8000
        a=rtpmap:101 telephone-event/8000
        a=fmtp:101 0-16
        a=ptime:20
        a=sendrecv
        a=rtcp:40013
        a=ssrc:330921 cname:phone
        """;
    static readonly ByteString s_checkpoint = ByteString.CopyFrom(new byte[520]);

    /// <summary>
    /// The day as a journal has it: bytes. Read back, entries are as young as those of a node that runs, and nothing of
    /// this builder's own contact centre lies on the heap beside the one that is measured.
    /// </summary>
    public static Written Write(int agents, int groups, int waiting, int entries)
    {
        var day = new RoutingDay(agents, groups, waiting, entries);
        return new Written(day._bytes.ToArray(), day._count, day._firstMeasured, day._mix);
    }

    internal sealed record Written(byte[] Bytes, int Count, int FirstMeasured, IReadOnlyDictionary<string, int> Mix)
    {
        public IEnumerable<Entry> Read()
        {
            var stream = new MemoryStream(Bytes);
            for (int i = 0; i < Count; i++) yield return Entry.Parser.ParseDelimitedFrom(stream);
        }
    }

    RoutingDay(int agents, int groups, int waiting, int entries)
    {
        _agents = agents;
        _groups = groups;
        Apply(new Entry { NodeStarted = new NodeStarted { Node = "a", UnixUs = 1_782_734_400_000_000 } });
        Apply(new Entry { ConfigurationApplied = new ConfigurationApplied { Configuration = Configuration() } });
        for (int i = 0; i < agents; i++) Apply(new Entry { AgentLoggedIn = new AgentLoggedIn { Agent = $"agent{i}" } });
        // Nobody is ready yet: all wait. Then as many agents are ready as leave so many calls waiting.
        for (int i = 0; i < waiting; i++) Arrive();
        for (int i = 0; i < agents; i++) _idle.Enqueue($"agent{_random.Next(agents)}");
        _firstMeasured = _count;
        _mix.Clear();
        while (_count - _firstMeasured < entries) Round();
    }

    /// <summary>One more call in, one served: as many wait afterwards as before.</summary>
    void Round()
    {
        Arrive();
        if (_idle.TryDequeue(out string? agent)) Apply(new Entry { AgentMadeReady = new AgentMadeReady { Agent = agent }, Actor = "agent" });
        if (_random.Next(100) < 8) Abandon();
        if (_ringing.TryDequeue(out Leg? leg) && leg.Wanted == LegCondition.Ringing)
        {
            Apply(new Entry { LegProgressed = new LegProgressed { Leg = leg.Id.Value, Status = 180 } });
            if (_random.Next(100) < 8) Apply(new Entry { LegFailed = new LegFailed { Leg = leg.Id.Value, Status = 480 } });
            else if (leg.Wanted == LegCondition.Ringing)
            {
                Apply(new Entry { LegAnswered = new LegAnswered { Leg = leg.Id.Value, Sdp = Fresh(), Checkpoint = s_checkpoint } });
                Apply(new Entry { LegAcknowledged = new LegAcknowledged { Leg = leg.Call.Caller.Id.Value } });
                _talking.Enqueue((leg.Call, 0));
            }
        }
        if (_talking.Count > _agents / 4 && _talking.TryDequeue(out (Call Call, long) over) && over.Call.Phase == CallPhase.Talking)
        {
            long target = over.Call.Target!.Id.Value;
            string name = over.Call.Target.Agent!.Name;
            Apply(new Entry { LegEnded = new LegEnded { Leg = over.Call.Caller.Id.Value, Cause = EndCause.EndBye } });
            Apply(new Entry { LegEnded = new LegEnded { Leg = target, Cause = EndCause.EndReleased } });
            // One in five takes a break after the call; another comes back.
            if (_random.Next(5) == 0)
            {
                Apply(new Entry { AgentMadeNotReady = new AgentMadeNotReady { Agent = name, Reason = 1 }, Actor = "agent" });
                _idle.Enqueue(name);
            }
        }
        if (_clearing.TryDequeue(out long cleared)) Apply(new Entry { LegEnded = new LegEnded { Leg = cleared, Cause = EndCause.EndReleased } });
        // A thousand entries a second or so, and a tick each 50 ms.
        _clock += 8_000;
        if (_random.Next(6) == 0) Apply(new Entry { Tick = new Tick() });
    }

    void Arrive() => Apply(new Entry
    {
        CallArrived = new CallArrived
        {
            Trunk = "carrier",
            Dialed = $"{1_000_000 + _random.Next(_groups)}",
            Calling = $"+4930{_random.Next(1_000_000, 9_999_999)}",
            Sdp = Fresh(),
            Checkpoint = s_checkpoint,
        },
    });

    void Abandon()
    {
        while (_waiting.Count > 0)
        {
            int at = _random.Next(_waiting.Count);
            Call call = _waiting[at];
            _waiting[at] = _waiting[^1];
            _waiting.RemoveAt(_waiting.Count - 1);
            if (call.Phase != CallPhase.Routing) continue;
            Apply(new Entry { LegEnded = new LegEnded { Leg = call.Caller.Id.Value, Cause = EndCause.EndCancel } });
            return;
        }
    }

    /// <summary>A text of its own, as one that was read from a journal is.</summary>
    static string Fresh() => new(Sdp.AsSpan());

    void Apply(Entry entry)
    {
        entry.TimeUs = _clock;
        entry.Incarnation = 1;
        entry.Sequence = ++_sequence;
        _effects.Clear();
        _centre.Apply(_centre.Position + 1, entry, _effects);
        entry.WriteDelimitedTo(_bytes);
        _count++;
        _mix[entry.InputCase.ToString()] = _mix.GetValueOrDefault(entry.InputCase.ToString()) + 1;
        foreach (Effect effect in _effects)
        {
            if (effect is Rejected rejected && entry.InputCase is not (Entry.InputOneofCase.AgentMadeReady or Entry.InputOneofCase.AgentMadeNotReady))
                throw new InvalidOperationException($"{entry.InputCase}: {rejected.Reason}");
            if (effect is LegWanted { Leg: { Kind: LegKind.Agent } leg })
            {
                if (leg.Wanted == LegCondition.Ringing) _ringing.Enqueue(leg);
                else if (leg.Wanted == LegCondition.Released && !leg.Gone && entry.InputCase == Entry.InputOneofCase.Tick) _clearing.Enqueue(leg.Id.Value);
            }
            else if (effect is CallAdmitted admitted) _waiting.Add(admitted.Call);
        }
    }

    Configuration Configuration()
    {
        var c = new Configuration
        {
            Instance = "bench",
            Settings = new Settings { Zone = "UTC", RingTimeMs = 20_000, SameAgentAgainAfterMs = 10_000, CallsMax = 1_000_000, Rona = new RedirectionOnNoAnswer { NoAnswer = 2 } },
            Trunks = { new Trunk { Name = "carrier", Address = "192.0.2.1", Prefixes = { "+" } } },
            ReasonCodes = { new ReasonCode { Code = 1, Name = "break" } },
        };
        for (int g = 0; g < _groups; g++)
        {
            c.SkillGroups.Add(new SkillGroupDefinition { Name = $"group{g}", WrapUpMs = 0 });
            c.DialedNumbers.Add(new DialedNumber { Number = $"{1_000_000 + g}", CallType = $"type{g}" });
            c.CallTypes.Add(new CallType { Name = $"type{g}", Script = $"script{g}" });
            var script = new Script { Name = $"script{g}", Start = "hours" };
            script.Nodes.Add(new ScriptNode { Name = "hours", Time = new TimeNode { Periods = { new Period { Days = 127, ToMinute = 1440 } }, Open = "line" } });
            script.Nodes.Add(new ScriptNode { Name = "line", Queue = new QueueNode { Targets = { new QueueTarget { SkillGroup = $"group{g}", Priority = g % 3 }, new QueueTarget { SkillGroup = $"group{(g + 1) % _groups}" } }, WaitMaxMs = 3_600_000 } });
            c.Scripts.Add(script);
        }
        for (int a = 0; a < _agents; a++)
        {
            c.Phones.Add(new Phone { Name = $"{a}", Address = "192.0.2.2" });
            var agent = new AgentDefinition { Name = $"agent{a}", Phone = $"{a}" };
            for (int k = 0; k < 5; k++) agent.SkillGroups.Add($"group{(a + k * 7) % _groups}");
            c.Agents.Add(agent);
        }
        return c;
    }
}
