using System.Globalization;
using System.Text;
using Google.Protobuf;
using Tandem.Core;
using Tandem.Core.Calls;
using Tandem.Core.Nodes;
using Tandem.Core.Queues;
using Tandem.Core.Schema;
using Tandem.Core.Agents;
using Tandem.Yaml;

namespace Tandem.Tests.Scenarios;

/// <summary>
/// Runs a scenario: lines without indentation are inputs, indented ones the effects that they had. See the files for the
/// language; invariants are checked after every entry.
/// </summary>
sealed class Scenario
{
    public readonly JournalDesk Desk = new();
    readonly EffectWriter _writer = new();
    readonly StringBuilder _out = new();
    Core.Instant _told;

    public string Run(string text)
    {
        foreach (string line in text.TrimEnd('\n').Split('\n'))
        {
            if (line.StartsWith("  ", StringComparison.Ordinal)) continue;
            _out.Append(line).Append('\n');
            if (line.Length == 0 || line[0] == '#') continue;
            if (Desk.Entries.Count == 0 && !line.StartsWith("node ", StringComparison.Ordinal)) Desk.Start();
            string[] words = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            try
            {
                Input(words);
            }
            catch (Exception e) when (e is InvalidOperationException or InvariantException or InvalidDataException)
            {
                Assert.Fail($"after '{line}' at {Desk.Clock}: {e.Message}\n{_out}\n{e.StackTrace}");
            }
        }
        return _out.ToString();
    }

    void Input(string[] words)
    {
        switch (words)
        {
            case ["config", var name]: Do(new Entry { ConfigurationApplied = new ConfigurationApplied { Configuration = Configurations.Get(name) } }); break;
            case ["advance", var time]:
                _told = Desk.Clock;
                Desk.Advance(Time(time), Tell);
                break;
            case ["sleep", var time]: Desk.Clock += Time(time); break;
            case ["restart", var absent, .. var rest]:
                Desk.Clock += Time(Value([absent], "absent")!);
                Desk.Start(Time(Value([absent], "absent")!), JournalDesk.FoundedUnixUs + Desk.Clock.Us);
                Tell();
                break;
            case ["by", var node]: Desk.Node = node; break;
            case ["node", var node, .. var rest]:
                (string before, Desk.Node) = (Desk.Node, node);
                Node(node, rest);
                Desk.Node = before;
                break;
            case ["call", "default-routed", .. var rest]:
                Do(new Entry
                {
                    CallDefaultRouted = new CallDefaultRouted { Dialed = Value(rest, "dialed") ?? "", Calling = "030111", Label = Value(rest, "label") ?? "", UnixUs = JournalDesk.FoundedUnixUs },
                });
                break;
            case ["clock", var at]: Do(new Entry { ClockObserved = new ClockObserved { UnixUs = Unix(at) } }); break;
            case ["snapshot"]: Snapshot(); break;
            case ["show", .. var what]: Show(what); break;
            case ["tally", var count, .. var rest]: Tally(int.Parse(count, CultureInfo.InvariantCulture), rest); break;
            case ["stale", "sequence"]: AsIs(new Entry { Tick = new Tick(), Incarnation = 1, Sequence = 1, TimeUs = Desk.Clock.Us }); break;
            case ["stale", "incarnation"]: AsIs(new Entry { Tick = new Tick(), Incarnation = 1, Sequence = 1_000_000, TimeUs = Desk.Clock.Us }); break;
            case ["unknown", "incarnation"]: AsIs(new Entry { Tick = new Tick(), Incarnation = 99, Sequence = 1, TimeUs = Desk.Clock.Us }); break;
            case ["jump", var by]:
                AsIs(new Entry { Tick = new Tick(), Incarnation = 1, Sequence = 1_000_000, TimeUs = Desk.Clock.Us + Time(by).Us });
                break;
            case ["call", _, "arrives", .. var rest]: Do(Arrival(rest)); break;
            case ["call", var n, "cleared"]: Do(new Entry { CallReleased = new CallReleased { Call = Call(n).Id.Value }, Actor = "admin" }); break;
            case ["phone", var p, "registers", .. var rest]:
                string expires = Value(rest, "expires") ?? "1h";
                Do(new Entry { PhoneRegistered = new PhoneRegistered { Phone = p, Contact = $"sip:{p}@192.0.2.1", Address = Value(rest, "at") ?? "", ExpiresUs = (Desk.Clock + Time(expires)).Us } });
                break;
            case ["phone", var p, "unregisters"]: Do(new Entry { PhoneUnregistered = new PhoneUnregistered { Phone = p } }); break;
            case ["agent", var name, var verb, .. var rest]: Do(Command(name, verb, rest)); break;
            case ["caller" or "target" or "cleared" or "leg", var n, .. var rest]: Do(Observed(Leg(words[0], n), rest)); break;
            default: throw new InvalidOperationException("there is no such input");
        }
    }

    void Node(string node, string[] words)
    {
        switch (words)
        {
            case ["starts", .. var rest]:
                Desk.Start(Time(Value(rest, "absent") ?? "0s"), JournalDesk.FoundedUnixUs + Desk.Clock.Us, Value(rest, "at") ?? "", !rest.Contains("fixed"));
                Tell();
                break;
            case ["beats", .. var times]:
                for (int i = times.Length > 0 ? int.Parse(times[0], CultureInfo.InvariantCulture) : 1; i > 0; i--) Do(new Entry { Heartbeat = new Heartbeat() });
                break;
            case ["ticks"]: Do(new Entry { Tick = new Tick() }); break;
            case ["passes", var absent]: Do(new Entry { TimePassed = new TimePassed { AbsentUs = Time(absent).Us } }); break;
            case ["leaves"]: Do(new Entry { NodeLeaving = new NodeLeaving() }); break;
            case ["stops"]: Do(new Entry { NodeStopped = new NodeStopped() }); break;
            case ["claims", var address]: Do(new Entry { AddressClaimed = new AddressClaimed { Address = address } }); break;
            case ["dies", "by", "last", "will"]:
                Desk.LastWill(node);
                Tell();
                break;
            default: throw new InvalidOperationException("nodes do no such thing");
        }
    }

    static Entry Arrival(string[] rest)
    {
        string? phone = Value(rest, "phone");
        return new Entry
        {
            CallArrived = new CallArrived
            {
                Dialed = Value(rest, "dialed") ?? "1000",
                Trunk = phone is null ? Value(rest, "trunk") ?? "carrier" : "",
                Phone = phone ?? "",
                Calling = Value(rest, "calling") ?? "030111",
                Sdp = rest.Contains("no-offer") ? "" : "caller-sdp",
                Checkpoint = ByteString.CopyFromUtf8("via"),
                Address = Value(rest, "at") ?? "",
                Arrival = ByteString.CopyFromUtf8(Value(rest, "as") ?? ""),
            },
        };
    }

    static Entry Command(string name, string verb, string[] rest)
    {
        int reason = int.Parse(Value(rest, "reason") ?? "0", CultureInfo.InvariantCulture);
        var entry = new Entry { Actor = $"agent:{name}", RequestId = Value(rest, "request") ?? "" };
        switch (verb)
        {
            case "login": entry.AgentLoggedIn = new AgentLoggedIn { Agent = name, Phone = Value(rest, "phone") ?? "" }; break;
            case "logout": entry.AgentLoggedOut = new AgentLoggedOut { Agent = name, Reason = reason }; break;
            case "ready": entry.AgentMadeReady = new AgentMadeReady { Agent = name }; break;
            case "not-ready": entry.AgentMadeNotReady = new AgentMadeNotReady { Agent = name, Reason = reason }; break;
            case "extends": entry.WrapUpExtended = new WrapUpExtended { Agent = name, ByMs = Time(rest[0]).Us / 1000 }; break;
            default: throw new InvalidOperationException($"agents do not {verb}");
        }
        return entry;
    }

    static Entry Observed(long leg, string[] words) => words switch
    {
        ["rings", .. var rest] => new Entry { LegProgressed = new LegProgressed { Leg = leg, Status = 180, Sdp = rest.Length > 0 ? rest[0] : "" } },
        ["answers", .. var rest] => new Entry { LegAnswered = new LegAnswered { Leg = leg, Sdp = rest.Length > 0 ? rest[0] : "target-sdp", Checkpoint = ByteString.CopyFromUtf8("route") } },
        ["acks", .. var rest] => new Entry { LegAcknowledged = new LegAcknowledged { Leg = leg, Sdp = rest.Length > 0 ? rest[0] : "" } },
        ["fails", var status] => new Entry { LegFailed = new LegFailed { Leg = leg, Status = int.Parse(status, CultureInfo.InvariantCulture) } },
        ["hangs", "up"] => new Entry { LegEnded = new LegEnded { Leg = leg, Cause = EndCause.EndBye } },
        ["cancels"] => new Entry { LegEnded = new LegEnded { Leg = leg, Cause = EndCause.EndCancel } },
        ["is", "gone"] => new Entry { LegEnded = new LegEnded { Leg = leg, Cause = EndCause.EndReleased } },
        ["is", "lost"] => new Entry { LegEnded = new LegEnded { Leg = leg, Cause = EndCause.EndLost } },
        ["holds", var cseq] => new Entry { LegOffered = new LegOffered { Leg = leg, Cseq = uint.Parse(cseq, CultureInfo.InvariantCulture), Sdp = "hold-sdp", Hold = true } },
        ["offers", var cseq, .. var rest] => new Entry { LegOffered = new LegOffered { Leg = leg, Cseq = uint.Parse(cseq, CultureInfo.InvariantCulture), Sdp = rest.Length > 0 ? rest[0] : "" } },
        ["accepts", .. var rest] => new Entry { LegOfferAnswered = new LegOfferAnswered { Leg = leg, Status = 200, Sdp = rest.Length > 0 ? rest[0] : "answer-sdp" } },
        ["refuses", var status] => new Entry { LegOfferAnswered = new LegOfferAnswered { Leg = leg, Status = int.Parse(status, CultureInfo.InvariantCulture) } },
        _ => throw new InvalidOperationException("legs do no such thing"),
    };

    void Do(Entry entry)
    {
        Desk.Apply(entry);
        _told = Desk.Clock;
        Tell();
    }

    void AsIs(Entry entry)
    {
        Desk.ApplyAsIs(entry);
        Tell();
    }

    void Tell()
    {
        _writer.Admitted(Desk.Effects);
        StateInvariants.Check(Desk.Centre);
        foreach (string line in _writer.Lines(Desk.Effects))
            Say(Desk.Clock > _told ? $"{Desk.Clock} {line}" : line);
    }

    void Say(string line) => _out.Append("  ").Append(line).Append('\n');

    void Snapshot()
    {
        SnapshotCapture capture = Desk.Centre.BeginSnapshot();
        var items = new List<SnapshotItem>();
        while (capture.TryNext(out SnapshotItem item)) items.Add(SnapshotItem.Parser.ParseFrom(item.ToByteArray()));
        ContactCentre restored = ContactCentre.Restore(items);
        StateInvariants.Check(restored);
        Assert.Equal(Desk.Centre.Hash, restored.Hash);
    }

    void Show(string[] what)
    {
        switch (what)
        {
            case ["route", var n]:
                foreach (RouteStep step in Call(n).Route) Say($"{step.Script}/{step.Node} {step.Kind} {step.Choice}{(step.Reason.Length > 0 ? $" ({step.Reason})" : "")}");
                break;
            case ["groups"]:
                foreach (SkillGroup g in Desk.Centre.SkillGroups) Say($"{g.Name} queued={g.Queued} available={g.Available} logged-on={g.LoggedOn} talking={g.Talking}");
                break;
            case ["counts"]:
                Say($"arrived={Desk.Centre.CallsArrived} refused={Desk.Centre.CallsRefused} rejections={Desk.Centre.Rejections} calls={Desk.Centre.Calls.Count} legs={Desk.Centre.LegCount}");
                break;
            case ["nodes"]:
                foreach (Incarnation live in Desk.Centre.LiveIncarnations)
                    Say($"{live.Node}/{live.Number} heard={live.HeardAt}{(live.Leaving ? " leaving" : "")}{string.Concat(live.Missed.Select(static m => $" missed-{m.By}={m.Count}"))} heir={Desk.Centre.HeirOf(live)?.Node ?? "none"}");
                break;
            case ["addresses"]:
                foreach (ServiceAddress a in Desk.Centre.Addresses) Say($"{a.Name} home={a.Home} owner={a.Owner}{(a.Movable ? "" : " fixed")}");
                break;
            case ["phones"]:
                foreach (Device d in Desk.Centre.Devices)
                    if (d.Address is { } at) Say($"{d.Name} at={at.Name} owner={at.Owner}");
                break;
            case ["line", var group]:
                Say(string.Join(' ', Desk.Centre.FindGroup(group)!.WaitingCalls.Select(w => $"{_writer.NumberOf(w.Call)}/{w.Priority}")));
                break;
            default: throw new InvalidOperationException("nothing of that name to show");
        }
    }

    /// <summary>So many calls, each ended at once: how many came to which node.</summary>
    void Tally(int count, string[] rest)
    {
        var at = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (int i = 0; i < count; i++)
        {
            Desk.Apply(Arrival(rest));
            _writer.Admitted(Desk.Effects);
            StateInvariants.Check(Desk.Centre);
            Call call = _writer.Last;
            at[call.Node] = at.GetValueOrDefault(call.Node) + 1;
            Desk.Apply(new Entry { LegEnded = new LegEnded { Leg = call.Caller.Id.Value } });
            StateInvariants.Check(Desk.Centre);
        }
        foreach ((string node, int calls) in at) Say($"{calls} to {node}");
    }

    Call Call(string number) => _writer.CallNumber(int.Parse(number, CultureInfo.InvariantCulture));

    /// <summary>`caller 1`; `target 1`: what call 1 rings or is connected to, else the oldest leg that is being cleared; `cleared 1`: that one; `leg 99`: any id.</summary>
    long Leg(string kind, string number) => kind switch
    {
        "leg" => long.Parse(number, CultureInfo.InvariantCulture),
        "caller" => Call(number).Caller.Id.Value,
        "cleared" => Call(number).Legs.First(static l => l.Kind != LegKind.Caller && l.Wanted == LegCondition.Released).Id.Value,
        _ => (Call(number).Target ?? Call(number).Legs.Find(static l => l.Kind != LegKind.Caller) ?? throw new InvalidOperationException("the call has no target")).Id.Value,
    };

    static string? Value(string[] words, string key)
    {
        foreach (string word in words)
            if (word.StartsWith(key + "=", StringComparison.Ordinal)) return word[(key.Length + 1)..];
        return null;
    }

    static Span Time(string text) => Durations.TryParse(text, out long ms) ? Span.FromMs(ms) : throw new InvalidOperationException($"{text} is no time");

    static long Unix(string text) => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).ToUnixTimeMilliseconds() * 1000;
}
