using Google.Protobuf;
using Tandem.Core.Agents;
using Tandem.Core.Calls;
using Tandem.Core.Nodes;
using Tandem.Core.Schema;
using Tandem.Core.Scripts;

namespace Tandem.Core;

/// <summary>How calls come in, and how a routing script's choice is carried out.</summary>
public sealed partial class ContactCentre
{
    /// <summary>Longest texts that a call may bring; the edge refuses longer ones before they get here.</summary>
    public const int NumberLengthMax = 128, SdpLengthMax = 16_384, CheckpointLengthMax = 65_536, VariablesMax = 100, ArrivalLengthMax = 32;

    readonly Dictionary<long, Call> _calls = [];
    readonly Dictionary<long, Leg> _legs = [];
    /// <summary>By what their callers' requests are known by. Derived; only asked, never gone through.</summary>
    readonly Dictionary<ByteString, Call> _arrivals = [];

    public IReadOnlyCollection<Call> Calls => _calls.Values;
    /// <summary>In the order of their ids: the same on every node, whatever has come and gone.</summary>
    IEnumerable<Call> CallsInOrder() => _calls.Values.OrderBy(static c => c.Id);
    public Call? FindCall(CallId id) => _calls.GetValueOrDefault(id.Value);
    public Leg? FindLeg(LegId id) => _legs.GetValueOrDefault(id.Value);
    public int LegCount => _legs.Count;

    Rejection Admit(CallArrived arrived)
    {
        if (arrived.Arrival.Length > ArrivalLengthMax) return Rejection.TooLong;
        // A caller who has heard nothing for half a second sends its INVITE again, and by then another node may have the address.
        if (_arrivals.TryGetValue(arrived.Arrival, out Call? same) && !same.Caller.Gone)
        {
            _effects.Add(new CallRepeated(same, same.Caller));
            return Rejection.None;
        }
        CallsArrived++;
        Device? phone = arrived.Phone.Length > 0 && FindDevice(arrived.Phone) is { Removed: false } known ? known : null;
        int status = Refusal(arrived, phone);
        if (status != 0)
        {
            CallsRefused++;
            _effects.Add(new CallRefused(status));
            return Rejection.None;
        }

        var call = Born(new Call(new CallId(NextId()))
        {
            Dialed = arrived.Dialed,
            Calling = arrived.Calling,
            CallingName = arrived.CallingName,
            Source = phone is null ? $"trunk:{arrived.Trunk}" : $"phone:{phone.Name}",
            Arrival = arrived.Arrival,
            Arrived = Now,
        });
        _calls.Add(call.Id.Value, call);
        if (!call.Arrival.IsEmpty) _arrivals[call.Arrival] = call;
        Leg caller = NewLeg(call, LegKind.Caller, AddressOf(arrived.Address));
        caller.Trunk = phone is null ? arrived.Trunk : "";
        caller.Device = phone;
        caller.RemoteSdp = arrived.Sdp;
        caller.Checkpoint = arrived.Checkpoint;
        caller.Wanted = LegCondition.Proceeding;
        if (arrived.Address.Length > 0 && arrived.Address != caller.Address.Name && FindAddress(arrived.Address) is not null) caller.KnownAt = arrived.Address;
        if (phone is not null) Occupy(phone, caller);
        _effects.Add(new CallAdmitted(call, caller));
        Want(caller);

        if (_dialedNumbers.TryGetValue(arrived.Dialed, out DialedNumber? number))
        {
            call.CallType = number.CallType;
            if (ScriptOf(number.CallType) is { } script) EnterScript(call, script, script.Source.Start);
            else GoToDefaultLabel(call, $"call type {number.CallType} has no script");
            return Rejection.None;
        }
        var direct = new Label();
        if (_devices.ContainsKey(arrived.Dialed)) direct.Extension = arrived.Dialed; else direct.External = arrived.Dialed;
        Trace(call, "label", Labels.Text(direct), "dialed directly");
        if (CanReach(direct) is { } why)
        {
            Trace(call, "label-failed", Labels.Text(direct), why);
            Release(call, 480, Disposition.Reorder);
        }
        else ReachOut(call, direct, "", Span.Zero);
        return Rejection.None;
    }

    /// <summary>The SIP status with which a call is refused at once; 0: it is taken.</summary>
    int Refusal(CallArrived arrived, Device? phone)
    {
        if (_configuration is null || _calls.Count >= Settings.CallsMax) return 503;
        if (arrived.Dialed.Length is 0 or > NumberLengthMax || arrived.Calling.Length > NumberLengthMax
            || arrived.CallingName.Length > NumberLengthMax) return 484;
        if (arrived.Sdp.Length > SdpLengthMax || arrived.Checkpoint.Length > CheckpointLengthMax) return 513;
        if (phone is null && (arrived.Trunk.Length == 0 || !_trunks.ContainsKey(arrived.Trunk))) return 403;
        if (_dialedNumbers.ContainsKey(arrived.Dialed)) return 0;
        if (phone is null) return 404;
        if (_devices.TryGetValue(arrived.Dialed, out Device? other)) return ReferenceEquals(phone, other) ? 482 : 0;
        return TrunkFor(arrived.Dialed) is null ? 404 : phone.Definition.ExternalCalls ? 0 : 403;
    }

    Leg NewLeg(Call call, LegKind kind, ServiceAddress address)
    {
        Invariant.That(!call.Gone);
        var leg = new Leg(new LegId(NextId()), call, kind, address)
        {
            Started = Now,
            Part = kind == LegKind.Caller ? 0 : ++call.Parts,
        };
        Touch(call);
        call.Legs.Add(leg);
        _legs.Add(leg.Id.Value, leg);
        return leg;
    }

    /// <summary>A phone is called from where it registered, whoever decided it; others from the address that the caller came in on.</summary>
    static ServiceAddress AddressFor(Device? device, Call call) =>
        device is { IsRegistered: true, Address: { } registered } ? registered : call.Caller.Address;

    Rejection CountDefaultRouted(CallDefaultRouted routed)
    {
        if (routed.UnixUs is < 0 or > UnixMax) return Rejection.TimeJump;
        if (routed.Dialed.Length > NumberLengthMax || routed.Calling.Length > NumberLengthMax || routed.Label.Length > NumberLengthMax * 2) return Rejection.TooLong;
        CallsDefaultRouted++;
        WriteDefaultRouted(routed, _dialedNumbers.GetValueOrDefault(routed.Dialed)?.CallType ?? "");
        return Rejection.None;
    }

    // ---- scripts ----

    void EnterScript(Call call, CompiledScript script, string node)
    {
        Touch(call);
        if (!ReferenceEquals(call.Script, script))
        {
            if (call.Script is not null) Leave(call.Script);
            call.Script = script;
            script.Calls++;
        }
        Continue(call, node);
    }

    /// <summary>Decides from the node on, then carries out.</summary>
    /// <param name="leaveLines">Out of all skill groups first; one that the script then queues for anew keeps the call's age.</param>
    void Continue(Call call, string node, bool leaveLines = false)
    {
        Invariant.That(call.Phase == CallPhase.Routing && call.Script is not null);
        RoutingChoice choice = new ScriptWalk(this, call).Decide(call.Script, node, leaveLines);
        CarryOut(call, choice);
    }

    void CarryOut(Call call, RoutingChoice choice)
    {
        Touch(call);
        if (!ReferenceEquals(call.Script, choice.Script))
        {
            Leave(call.Script!);
            call.Script = choice.Script;
            choice.Script.Calls++;
        }
        call.Node = choice.Node;
        call.ScriptsEntered = choice.ScriptsEntered;
        call.CallType = choice.CallType;
        call.WaitUntil = Instant.Never;
        foreach ((string name, string value) in choice.Sets)
            if (call.Variables.Count < VariablesMax || call.Variables.Has(name)) call.Variables[name] = value;
        foreach ((string script, string at, int[] credits) in choice.Percents) SetPercentCredits(script, at, credits);
        foreach (TraceStep step in choice.Steps) Trace(call, step);
        if (choice.Places is not null) MovePlaces(call, choice.Places);
        if (choice.QueueNode is not null) SetQueueLimits(call, choice.QueueNode);

        switch (choice.Outcome)
        {
            case Offer or Reach when call.Parts >= Call.PartsMax:
                GoToDefaultLabel(call, $"{Call.PartsMax} devices were tried");
                break;
            case Wait: break;
            case WaitFor wait:
                call.WaitUntil = Now + wait.Time;
                SetTimer(TimerKind.ScriptWait, call, call.WaitUntil, call.Id.Value);
                break;
            case Offer offer:
                call.ResumeNode = offer.Resume;
                Reserve(call, offer.Agent, offer.Group);
                break;
            case Reach reach:
                ReachOut(call, reach.Label, reach.Failed, reach.Ring);
                break;
            case Refuse refuse:
                Release(call, refuse.Status, Disposition.ForcedBusy);
                break;
            case DefaultLabel label:
                GoToDefaultLabel(call, label.Why);
                break;
        }
        if (call.Phase is CallPhase.Routing or CallPhase.Offering) LetCallerHearRinging(call);
    }

    void LetCallerHearRinging(Call call)
    {
        // Progressing: a far end that played something did not answer in the end.
        if (call.Caller.Wanted is not (LegCondition.Proceeding or LegCondition.Progressing)) return;
        call.Caller.Wanted = LegCondition.Alerting;
        Want(call.Caller);
    }

    void WaitOver(Call call)
    {
        if (call.Phase != CallPhase.Routing) return;        // goes on when the offer is missed
        Touch(call);
        call.WaitUntil = Instant.Never;
        Continue(call, call.Script?.Find(call.Node)?.Wait?.Next ?? "");
    }

    /// <summary>The dialed number's label, else the instance's, else 503; never an agent or a skill group.</summary>
    void GoToDefaultLabel(Call call, string why)
    {
        Touch(call);
        Label? label = _dialedNumbers.GetValueOrDefault(call.Dialed)?.DefaultLabel ?? Settings.DefaultLabel;
        MovePlaces(call, []);
        SetQueueLimits(call, "");
        call.WaitUntil = Instant.Never;
        call.ResumeNode = "";
        Trace(call, "default-label", label is null ? "release:503" : Labels.Text(label), why);
        if (call.ByDefaultLabel || label is null)
        {
            Release(call, 503, Disposition.Reorder);
            return;
        }
        call.ByDefaultLabel = true;
        switch (label.KindCase)
        {
            case Label.KindOneofCase.Busy: Release(call, 486, Disposition.ForcedBusy); break;
            case Label.KindOneofCase.Release: Release(call, label.Release, Disposition.ForcedBusy); break;
            case Label.KindOneofCase.Extension or Label.KindOneofCase.External when CanReach(label) is null:
                ReachOut(call, label, "", Span.Zero);
                break;
            default: Release(call, 503, Disposition.Reorder); break;
        }
    }

    // ---- labels that are phones and external numbers ----

    /// <summary>Null when the label can be called; else why not.</summary>
    internal string? CanReach(Label label)
    {
        if (label.KindCase == Label.KindOneofCase.External)
            return TrunkFor(label.External) is null ? $"no trunk takes {label.External}" : null;
        if (FindDevice(label.Extension) is not { } device) return $"there is no phone {label.Extension}";
        return device.IsReachable ? null : $"phone {label.Extension} is not registered";
    }

    void ReachOut(Call call, Label label, string failed, Span ring)
    {
        Touch(call);
        MovePlaces(call, []);
        SetQueueLimits(call, "");
        call.Phase = CallPhase.Reaching;
        call.LabelFailed = failed;
        bool external = label.KindCase == Label.KindOneofCase.External;
        Device? device = external ? null : FindDevice(label.Extension);
        Leg leg = NewLeg(call, external ? LegKind.External : LegKind.Extension, AddressFor(device, call));
        if (external)
        {
            leg.Trunk = TrunkFor(label.External)!.Name;
            leg.Number = label.External;
        }
        else
        {
            leg.Device = device;
            Occupy(device!, leg);
        }
        // A phone or number that is called without a limit of its own rings for three minutes at most (RFC 3261 §16.6, Timer C).
        StartRinging(leg, ring.Us > 0 ? ring : Span.FromSeconds(180));
    }

    void StartRinging(Leg leg, Span time)
    {
        leg.LocalSdp = leg.Call.Caller.RemoteSdp;
        leg.Wanted = LegCondition.Ringing;
        leg.RingUntil = Now + time;
        SetTimer(TimerKind.Ring, leg, leg.RingUntil, leg.Id.Value);
        Want(leg);
    }

    void LabelFailed(Call call, int status)
    {
        call.Phase = CallPhase.Routing;
        string next = call.LabelFailed;
        call.LabelFailed = "";
        if (call.Script is not null && next.Length > 0 && !call.ByDefaultLabel)
        {
            Continue(call, next);
            return;
        }
        // A caller who dialed a phone or a number hears what became of it; a script's call has its default label.
        if (call.Script is null || call.ByDefaultLabel) Release(call, status, DispositionOf(status));
        else GoToDefaultLabel(call, $"the label was answered {status}");
    }

    static Disposition DispositionOf(int status) => status switch
    {
        486 or 600 => Disposition.Busy,
        408 or 480 or 487 => Disposition.NoAnswer,
        _ => Disposition.Reorder,
    };

    // ---- the route's trace ----

    void Trace(Call call, string kind, string choice, TraceReason reason) =>
        Trace(call, new TraceStep(Now, Position, call.Script?.Name ?? "", call.Script?.Version ?? 0, call.Node, kind, choice, reason));

    void Trace(Call call, TraceStep step)
    {
        Touch(call);
        var h = new StateHash(call.RouteHash);
        h.Add(step.Kind);
        h.Add(step.Node);
        h.Add(step.Choice);
        call.RouteHash = h.Value;
        if (call.Steps.Count < Call.RouteMax) call.Steps.Add(step); else call.RouteOmitted++;
    }
}
