using Tandem.Core;
using Tandem.Core.Agents;
using Tandem.Core.Calls;
using Tandem.Core.Schema;
using Tandem.Sip;

namespace Tandem.Simulation;

/// <summary>
/// Calls as callers and phones live them, against the journal's: nothing is told before it is in the journal, every caller
/// gets an answer, an established call stays until somebody hangs up, no phone gets two calls.
/// </summary>
sealed class CallChecks(World world)
{
    /// <summary>Without service for so long, a caller may get the default label.</summary>
    const long DefaultRouteUs = 2_400_000;
    /// <summary>Without service for so long, phones give up requests by RFC 3261's timers.</summary>
    const long TransactionUs = 20_000_000;

    /// <summary>By the caller's number, the newest call.</summary>
    readonly Dictionary<string, Call> _calls = new(StringComparer.Ordinal);
    readonly Dictionary<LegId, string> _callers = [];
    /// <summary>Legs that were connected in the journal: an answer that came too late is not.</summary>
    readonly HashSet<LegId> _connected = [];
    /// <summary>Callers whose call somebody asked to end.</summary>
    readonly HashSet<string> _endAsked = new(StringComparer.Ordinal);

    ContactCentre Centre => world.Checks.Reference.Centre;
    Service Service => world.Checks.Service;

    public int Admitted { get; private set; }
    public int TurnedAway { get; private set; }

    // ---- the journal ----

    public void Applied(Entry entry, EffectList effects)
    {
        foreach (Effect effect in effects)
        {
            if (effect is CallAdmitted admitted) Admit(admitted.Call);
            if (effect is not LegWanted { Leg: { } leg }) continue;
            _callers[leg.Id] = leg.Call.Calling;
            if (leg.Wanted == LegCondition.Connected) _connected.Add(leg.Id);
        }
    }

    void Admit(Call call)
    {
        Admitted++;
        if (_calls.TryGetValue(call.Calling, out Call? before))
        {
            world.Violate("doubled call", $"the one call of {call.Calling} is in the journal as {before.Id} and as {call.Id}");
            return;
        }
        _calls[call.Calling] = call;
    }

    Call? CallOf(Caller caller) => _calls.GetValueOrDefault(caller.Name);

    // ---- who asked for an end ----

    public void HangsUp(LegId leg)
    {
        if (_callers.TryGetValue(leg, out string? caller)) _endAsked.Add(caller);
    }

    public void Released(Call call) => _endAsked.Add(call.Calling);

    // ---- what a caller hears ----

    public void CallerHears(Caller caller, SipMessage response)
    {
        Call? call = CallOf(caller);
        if (response.Status >= 300)
        {
            Refused(caller, call, response.Status);
            return;
        }
        if (call is null)
        {
            world.Violate("promises", $"caller {caller.Name} was told {response.Status} for a call that is not in the journal");
            return;
        }
        // Answered and over meanwhile is fine: it was in the journal.
        if (response.Is2xx && call.AnsweredAt.IsNever) world.Violate("promises", $"caller {caller.Name} was answered before that was in the journal");
    }

    void Refused(Caller caller, Call? call, int status)
    {
        if (status == 487 && caller.HasHungUp) return;
        // The default label is busy here.
        if (status is 503 or 302 or 480 or 486)
        {
            TurnedAway++;
            // What the node answered by itself, without the journal.
            if (Service.LongestOutage(caller.Plan.Side == "A" ? world.A.Address : world.B.Address, caller.DialedUs - 3_000_000) < DefaultRouteUs)
                world.Violate("every caller is served", $"caller {caller.Name} was turned away with {status} after {(world.NowUs - caller.DialedUs) / 1000} ms, while the service was there");
            return;
        }
        if (caller.HasHungUp || call is not null && (call.Phase == CallPhase.Releasing || call.Gone) && _endAsked.Contains(caller.Name)) return;
        world.Violate("every caller is served", $"caller {caller.Name} was refused with {status}, {(call is null ? "and its call is not in the journal" : $"and its call is {call.Phase}")}");
    }

    public void NoAnswer(Caller caller)
    {
        if (Service.LongestOutage(caller.DialedUs) < TransactionUs && !caller.WasHeard)
            world.Violate("every caller is served", $"caller {caller.Name} dialed {(world.NowUs - caller.DialedUs) / 1_000_000} s ago and got no answer");
    }

    /// <summary>An end heard a BYE that it did not ask for.</summary>
    public void Ended(string caller, string who, long answeredUs)
    {
        if (_endAsked.Contains(caller)) return;
        if (world.People.Find(caller) is { } other && (other.HasHungUp || other.State is CallerState.Over)) return;
        if (Service.LongestOutage(answeredUs) > TransactionUs) return;
        world.Violate("call lost", $"{who} of {caller}'s call was hung up on, and nobody had hung up");
    }

    public void ByeAnswered(Caller caller, SipMessage response)
    {
        if (!response.Is2xx || CallOf(caller) is not { } call) return;
        // While the journal is away a BYE is answered, and its entry owed.
        bool isEnded = call.Gone || call.Phase == CallPhase.Releasing;
        if (!isEnded && Service.LongestOutage(caller.DialedUs) < DefaultRouteUs) world.Violate("promises", $"the BYE of caller {caller.Name} was answered before its end was in the journal");
    }

    public void ByeUnanswered(Caller caller)
    {
        if (Service.LongestOutage(caller.DialedUs) < TransactionUs) world.Violate("every caller is served", $"caller {caller.Name} hung up and got no answer");
    }

    // ---- what an agent's phone sees ----

    public void Registered(AgentPhone phone, string contact)
    {
        if (Centre.FindDevice(phone.Name) is { } device && $"<{device.Contact}>" != contact)
            world.Violate("promises", $"phone {phone.Name} was told that it is registered, and in the journal its contact is '{device.Contact}'");
    }

    public void PhoneRings(AgentPhone phone, LegId leg)
    {
        if (!_callers.ContainsKey(leg)) world.Violate("promises", $"phone {phone.Name} is rung for leg {leg}, which is not in the journal");
    }

    public void SecondCall(AgentPhone phone, LegId first, LegId second)
    {
        if (Centre.FindLeg(first) is { Gone: false, Wanted: not LegCondition.Released } leg)
            world.Violate("two calls", $"phone {phone.Name} is rung for leg {second} while it has leg {first}, {leg.Wanted}");
    }

    public void LegEnded(AgentPhone phone, LegId leg, long answeredUs)
    {
        if (_connected.Contains(leg) && _callers.TryGetValue(leg, out string? caller)) Ended(caller, $"phone {phone.Name}", answeredUs);
    }

    public void AckMissing(AgentPhone phone, LegId leg)
    {
        if (Centre.FindLeg(leg) is { Gone: false, Wanted: LegCondition.Connected } && Service.LongestOutage(world.NowUs - 32_000_000) < TransactionUs)
            world.Violate("call lost", $"phone {phone.Name} answered leg {leg} and was never acknowledged");
        HangsUp(leg);
    }

    // ---- in the calm ----

    public void InCalm()
    {
        foreach (Caller caller in world.People.Active)
        {
            if (world.NowUs - caller.DialedUs < 2_000_000) continue;
            Call? call = CallOf(caller);
            if (caller.State == CallerState.Calling && !caller.WasHeard) world.Violate("liveness", $"caller {caller.Name} has waited {(world.NowUs - caller.DialedUs) / 1000} ms in the calm and has heard nothing");
            if (caller.State == CallerState.Talking && world.NowUs - caller.AnsweredUs > 2_000_000 && (call is null || call.Gone || !call.Caller.IsEstablished))
                world.Violate("call lost", $"caller {caller.Name} believes to talk, and in the journal the call is {(call is null ? "unknown" : call.Gone ? "over" : call.Phase)}");
        }
        foreach (Call call in Centre.Calls)
            if (call.Phase != CallPhase.Releasing && world.People.Find(call.Calling) is { State: CallerState.Over })
                world.Violate("ghosts", $"call {call.Id} of {call.Calling} is {call.Phase}, and its caller is gone");
        foreach (AgentPhone phone in world.People.Phones)
        {
            Agent? agent = Centre.FindAgent(phone.Agent);
            foreach (LegId leg in phone.Talking)
            {
                if (Centre.FindLeg(leg) is null && _callers.ContainsKey(leg)) world.Violate("ghosts", $"phone {phone.Name} talks in leg {leg}, which is over");
            }
            if (agent is { IsInCall: true, Leg: { } own } && !phone.Talking.Contains(own.Id)) world.Violate("ghosts", $"agent {agent.Name} talks in leg {own.Id}, and phone {phone.Name} does not");
        }
    }

    public void AtTheEnd()
    {
        foreach (Call call in Centre.Calls) world.Violate("ghosts", $"call {call.Id} of {call.Calling} is still {call.Phase} at the end");
        foreach (Call call in _calls.Values)
            if (!world.Checks.Records.HasEnded(call.Id.Value)) world.Violate("records", $"call {call.Id} has no record");
    }
}
