using Tandem.Core.Agents;
using Tandem.Core.Calls;
using Tandem.Core.Schema;
using Tandem.Core.Scripts;

namespace Tandem.Core;

/// <summary>Records for history, written at the moment that they describe.</summary>
public sealed partial class ContactCentre
{
    void Write(TerminationCallDetail detail) => _effects.Add(new Recorded(new Record { Termination = detail }));

    TerminationCallDetail Part(Leg leg, Disposition disposition, int status) => new()
    {
        Call = leg.Call.Id.Value,
        Part = leg.Part,
        Dialed = leg.Call.Dialed,
        Calling = leg.Call.Calling,
        CallType = leg.Call.CallType,
        SkillGroup = leg.Group,
        Agent = leg.Agent?.Name ?? "",
        Device = leg.Device?.Name ?? leg.Number,
        Disposition = (int)disposition,
        StartUnixUs = UnixOf(leg.Started),
        EndUnixUs = UnixUs,
        RingUs = leg.Rang.Us,
        Status = status,
    };

    /// <summary>A part that was not answered.</summary>
    void WritePart(Leg leg, Disposition disposition, int status) => Write(Part(leg, disposition, status));

    /// <summary>An answered part is over. An agent's is written when wrap-up is, with the time that it took.</summary>
    void FinishPart(Leg leg)
    {
        EndHold(leg);
        Leg caller = leg.Call.Caller;
        TerminationCallDetail detail = Part(leg, leg.Kind == LegKind.Agent ? Disposition.Handled : Disposition.Redirected, 200);
        detail.HoldUs = leg.HeldTotal.Us;
        detail.TalkUs = (Now - leg.AnsweredAt).Us - leg.HeldTotal.Us;
        detail.WaitUs = (leg.AnsweredAt - leg.Call.Arrived).Us;
        if (!ReferenceEquals(caller, leg)) EndHold(caller);
        if (leg.Agent is { } agent && ReferenceEquals(agent.Leg, leg)) FinishTalking(agent, detail);
        else Write(detail);
    }

    void WriteCall(Call call, int status)
    {
        Leg caller = call.Caller;
        bool answered = !call.AnsweredAt.IsNever;
        var detail = new TerminationCallDetail
        {
            Call = call.Id.Value,
            Part = 0,
            Dialed = call.Dialed,
            Calling = call.Calling,
            CallType = call.CallType,
            SkillGroup = call.Group,
            Device = caller.Device?.Name ?? caller.Trunk,
            Disposition = (int)call.Disposition,
            StartUnixUs = UnixOf(call.Arrived),
            EndUnixUs = UnixUs,
            QueueUs = call.QueuedTotal.Us,
            WaitUs = ((answered ? call.AnsweredAt : Now) - call.Arrived).Us,
            TalkUs = answered ? (Now - call.AnsweredAt).Us - caller.HeldTotal.Us : 0,
            HoldUs = caller.HeldTotal.Us,
            Status = answered ? 200 : status,
            ByDefaultLabel = call.ByDefaultLabel,
        };
        foreach ((string name, string value) in call.Variables) detail.Variables.Add(new Variable { Name = name, Value = value });
        Write(detail);

        var route = new RouteCallDetail
        {
            Call = call.Id.Value,
            Dialed = call.Dialed,
            Calling = call.Calling,
            CallType = call.CallType,
            Label = LastLabel(call),
            StartUnixUs = UnixOf(call.Arrived),
            EndUnixUs = UnixUs,
        };
        route.Steps.Add(call.Route);
        _effects.Add(new Recorded(new Record { Route = route }));
    }

    /// <summary>A call that no script saw: its id is the entry's that tells of it.</summary>
    void WriteDefaultRouted(CallDefaultRouted routed, string callType) => _effects.Add(new Recorded(new Record
    {
        Route = new RouteCallDetail
        {
            Call = NextId(),
            Dialed = routed.Dialed,
            Calling = routed.Calling,
            CallType = callType,
            Label = routed.Label,
            StartUnixUs = routed.UnixUs,
            EndUnixUs = routed.UnixUs,
            Error = (int)RouteError.JournalAway,
        },
    }));

    /// <summary>Where the route led last: the agent, the label, or what refused the call.</summary>
    static string LastLabel(Call call)
    {
        for (int i = call.Steps.Count - 1; i >= 0; i--)
        {
            TraceStep step = call.Steps[i];
            switch (step.Kind)
            {
                case "offer": return $"agent:{step.Choice}";
                case "label" or "default-label" when step.Choice.Length > 0: return step.Choice;
                case "busy": return "busy";
                case "release": return $"release:{step.Choice}";
            }
        }
        return "";
    }
}
