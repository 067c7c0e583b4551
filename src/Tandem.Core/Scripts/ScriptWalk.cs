using Tandem.Core.Agents;
using Tandem.Core.Calls;
using Tandem.Core.Queues;
using Tandem.Core.Schema;

namespace Tandem.Core.Scripts;

/// <summary>
/// Reads a routing script for one call, from a node to where it has to wait. A pure reading of the state: what it changes
/// is in its own choice only, and seen by its later nodes.
/// </summary>
ref struct ScriptWalk(ContactCentre centre, Call call)
{
    /// <summary>Nodes that one walk may pass: more is a loop.</summary>
    public const int StepsMax = 200;
    public const int ScriptsMax = 50;

    RoutingChoice _choice = null!;
    Scope _scope = null!;

    public RoutingChoice Decide(CompiledScript script, string start, bool leaveLines = false)
    {
        _choice = new RoutingChoice { Script = script, Node = start, CallType = call.CallType, ScriptsEntered = call.ScriptsEntered };
        if (leaveLines)
        {
            _choice.Places = [];
            _choice.QueueNode = "";
        }
        _scope = new Scope(centre, call, _choice);
        string next = start;
        for (int steps = 0; ; steps++)
        {
            if (next.Length == 0) return End(new DefaultLabel("the script ended without a target"));
            if (steps == StepsMax) return End(new DefaultLabel($"the script passed {StepsMax} nodes without coming to rest"));
            if (_choice.Script.Find(next) is not { } node) return End(new DefaultLabel($"there is no node {next}"));
            _choice.Node = next;
            (Outcome? outcome, next) = Pass(node);
            if (outcome is not null) return End(outcome);
        }
    }

    RoutingChoice End(Outcome outcome)
    {
        if (outcome is DefaultLabel label) Step("default-label", "", label.Why);
        _choice.Outcome = outcome;
        return _choice;
    }

    (Outcome?, string Next) Pass(ScriptNode node)
    {
        switch (node.KindCase)
        {
            case ScriptNode.KindOneofCase.Start:
                return (null, node.Start.Next);

            case ScriptNode.KindOneofCase.Set:
                foreach (Assignment assignment in node.Set.Assignments)
                {
                    string value = Evaluate(assignment.Value);
                    _choice.Sets.Add((assignment.Variable, value));
                    Step("set", $"{assignment.Variable} = {value}", assignment.Value);
                }
                return (null, node.Set.Next);

            case ScriptNode.KindOneofCase.If:
                bool holds = Holds(node.If.Condition);
                Step("if", holds ? "then" : "else", node.If.Condition);
                return (null, holds ? node.If.Then : node.If.Else);

            case ScriptNode.KindOneofCase.Switch:
                string of = Evaluate(node.Switch.Value);
                string next = node.Switch.Otherwise;
                foreach (SwitchCase c in node.Switch.Cases)
                    if (c.Value == of) { next = c.Next; break; }
                Step("switch", next, $"{node.Switch.Value} is \"{of}\"");
                return (null, next);

            case ScriptNode.KindOneofCase.Time:
                return (null, OpeningHours(node.Time));

            case ScriptNode.KindOneofCase.Percent:
                return (null, Percent(node));

            case ScriptNode.KindOneofCase.Queue:
                return Queue(node.Queue);

            case ScriptNode.KindOneofCase.Dequeue:
                return (null, Dequeue(node.Dequeue));

            case ScriptNode.KindOneofCase.Wait:
                Step("wait", $"{node.Wait.TimeMs} ms", "");
                return (new WaitFor(Span.FromMs(node.Wait.TimeMs)), "");

            case ScriptNode.KindOneofCase.Label:
                return GoTo(node.Label);

            case ScriptNode.KindOneofCase.GoToScript:
                if (centre.FindScript(node.GoToScript.Script) is not { } script)
                    return (new DefaultLabel($"there is no script {node.GoToScript.Script}"), "");
                if (++_choice.ScriptsEntered > ScriptsMax) return (new DefaultLabel($"more than {ScriptsMax} scripts were entered"), "");
                Step("go-to-script", script.Name, "");
                _choice.Script = script;
                return (null, script.Source.Start);

            case ScriptNode.KindOneofCase.Busy:
                Step("busy", "486", "");
                return (new Refuse(486), "");

            case ScriptNode.KindOneofCase.Release:
                Step("release", node.Release.Status.ToString(), "");
                return (new Refuse(node.Release.Status), "");

            case ScriptNode.KindOneofCase.Requalify:
                _choice.CallType = node.Requalify.CallType;
                Step("requalify", node.Requalify.CallType, "");
                if (node.Requalify.Next.Length > 0) return (null, node.Requalify.Next);
                if (centre.ScriptOf(node.Requalify.CallType) is not { } of2)
                    return (new DefaultLabel($"call type {node.Requalify.CallType} has no script"), "");
                if (++_choice.ScriptsEntered > ScriptsMax) return (new DefaultLabel($"more than {ScriptsMax} scripts were entered"), "");
                _choice.Script = of2;
                return (null, of2.Source.Start);

            default:
                return (new DefaultLabel("a node of a kind that this release does not know"), "");
        }
    }

    string OpeningHours(TimeNode node)
    {
        string zone = node.Zone.Length > 0 ? node.Zone : centre.Settings.Zone;
        LocalTime now = centre.LocalTimeIn(zone, out string words);
        if (node.Holidays.Length > 0 && centre.IsHoliday(node.Holidays, now))
        {
            Step("time", "holiday", $"{now.Date} is in {node.Holidays}");
            return node.Holiday.Length > 0 ? node.Holiday : node.Closed;
        }
        bool open = false;
        foreach (Period period in node.Periods) open |= now.IsIn(period);
        Step("time", open ? "open" : "closed", words);
        return open ? node.Open : node.Closed;
    }

    /// <summary>Smooth weighted turns: after any hundred calls the shares are exact, and turns are mixed. Needs no randomness.</summary>
    string Percent(ScriptNode node)
    {
        string script = _choice.Script.Name;
        int at = _choice.Percents.FindIndex(p => p.Script == script && p.Node == node.Name);
        int[] credits = at >= 0 ? _choice.Percents[at].Credits : centre.PercentCredits(script, node.Name, node.Percent.Shares.Count);
        int total = 0, best = 0;
        for (int i = 0; i < credits.Length; i++)
        {
            credits[i] += node.Percent.Shares[i].Percent;
            total += node.Percent.Shares[i].Percent;
            if (credits[i] > credits[best]) best = i;
        }
        credits[best] -= total;
        if (at < 0) _choice.Percents.Add((script, node.Name, credits));
        Step("percent", node.Percent.Shares[best].Next, $"{node.Percent.Shares[best].Percent} of {total}");
        return node.Percent.Shares[best].Next;
    }

    (Outcome?, string) Queue(QueueNode node)
    {
        List<RoutingChoice.PlannedPlace> places = _choice.Places ??= Places();
        string full = "";
        int entered = 0;
        foreach (QueueTarget target in node.Targets)
        {
            if (centre.FindGroup(target.SkillGroup) is not { } group) continue;
            int at = RoutingChoice.IndexOf(places, group);
            if (at < 0 && group.Definition.QueueMax > 0 && group.Queued >= group.Definition.QueueMax && group.LongestAvailable is null)
            {
                full = full.Length > 0 ? $"{full}, {group.Name}" : group.Name;
                continue;
            }
            var place = new RoutingChoice.PlannedPlace(group, target.Priority);
            if (at < 0) places.Add(place); else places[at] = place;
            entered++;
        }
        if (entered == 0)
        {
            Step("queue", "overflow", full.Length > 0 ? $"full: {full}" : "no such skill group");
            return node.Overflow.Length > 0 ? (null, node.Overflow) : (new DefaultLabel("no skill group takes more calls"), "");
        }
        if (node.OverflowWhen.Length > 0 && Holds(node.OverflowWhen))
        {
            places.Clear();
            _choice.QueueNode = "";
            Step("queue", "overflow", node.OverflowWhen);
            return node.Overflow.Length > 0 ? (null, node.Overflow) : (new DefaultLabel(node.OverflowWhen), "");
        }
        _choice.QueueNode = _choice.Node;
        Step("queue", Names(places), full.Length > 0 ? $"full: {full}" : "");
        if (centre.DecideOffer(call, places) is { } offer)
        {
            Step("offer", offer.Agent.Name, centre.ExplainOffer(offer));
            return (new Offer(offer.Agent, offer.Group, node.Next), "");
        }
        return node.Next.Length > 0 ? (null, node.Next) : (new Wait(), "");
    }

    string Dequeue(DequeueNode node)
    {
        List<RoutingChoice.PlannedPlace> places = _choice.Places ??= Places();
        if (node.SkillGroups.Count == 0) places.Clear();
        else places.RemoveAll(p => node.SkillGroups.Contains(p.Group.Name));
        if (places.Count == 0) _choice.QueueNode = "";
        Step("dequeue", node.SkillGroups.Count == 0 ? "all" : string.Join(", ", node.SkillGroups), "");
        return node.Next;
    }

    (Outcome?, string) GoTo(LabelNode node)
    {
        Step("label", Labels.Text(node.Label), "");
        switch (node.Label?.KindCase)
        {
            case Label.KindOneofCase.Agent:
                if (centre.FindAgent(node.Label.Agent) is { IsAvailable: true } agent && !call.Excludes(agent, centre.Now))
                {
                    Step("offer", agent.Name, "named by the label, and available");
                    return (new Offer(agent, null, node.Failed), "");
                }
                Step("label-failed", Labels.Text(node.Label), "the agent is not available");
                return node.Failed.Length > 0 ? (null, node.Failed) : (new DefaultLabel($"agent {node.Label.Agent} is not available"), "");

            case Label.KindOneofCase.SkillGroup:
                var queue = new QueueNode { Overflow = node.Failed };
                queue.Targets.Add(new QueueTarget { SkillGroup = node.Label.SkillGroup });
                return Queue(queue);

            case Label.KindOneofCase.Extension or Label.KindOneofCase.External:
                if (centre.CanReach(node.Label) is { } why)
                {
                    Step("label-failed", Labels.Text(node.Label), why);
                    return node.Failed.Length > 0 ? (null, node.Failed) : (new DefaultLabel(why), "");
                }
                return (new Reach(node.Label, node.Failed, Span.FromMs(node.RingTimeMs)), "");

            case Label.KindOneofCase.Busy: return (new Refuse(486), "");
            case Label.KindOneofCase.Release: return (new Refuse(node.Label.Release), "");
            default: return (new DefaultLabel("the label is empty"), "");
        }
    }

    readonly List<RoutingChoice.PlannedPlace> Places()
    {
        var places = new List<RoutingChoice.PlannedPlace>(call.Places.Count + 2);
        foreach (Waiting place in call.Places) places.Add(new RoutingChoice.PlannedPlace(place.Group, place.Priority));
        return places;
    }

    static string Names(List<RoutingChoice.PlannedPlace> places)
    {
        if (places.Count == 1 && places[0].Priority == 0) return places[0].Group.Name;
        string names = "";
        foreach (RoutingChoice.PlannedPlace p in places)
            names = $"{names}{(names.Length > 0 ? ", " : "")}{p.Group.Name}{(p.Priority == 0 ? "" : $" priority {p.Priority}")}";
        return names;
    }

    readonly string Evaluate(string text) => _choice.Script.Find(text, out _)?.Evaluate(_scope) ?? "";
    readonly bool Holds(string text) => _choice.Script.Find(text, out _)?.Holds(_scope) ?? false;

    readonly void Step(string kind, string choice, TraceReason reason) => _choice.Steps.Add(
        new TraceStep(centre.Now, centre.Position, _choice.Script.Name, _choice.Script.Version, _choice.Node, kind, choice, reason));

    /// <summary>The call as this walk sees it: with what its earlier nodes have set.</summary>
    internal sealed class Scope(ContactCentre centre, Call call, RoutingChoice? choice) : IExpressionScope
    {
        public string Variable(string name)
        {
            for (int i = (choice?.Sets.Count ?? 0) - 1; i >= 0; i--)
                if (choice!.Sets[i].Name == name) return choice.Sets[i].Value;
            return name switch
            {
                "dialed" => call.Dialed,
                "calling" => call.Calling,
                "call_type" => choice?.CallType ?? call.CallType,
                "source" => call.Source,
                _ => call.Variables[name],
            };
        }

        public long? GroupFigure(string function, string group) => centre.GroupFigure(function, group);
        public long WaitedSeconds => call.WaitingSince.IsNever ? 0 : (centre.Now - call.WaitingSince).Us / 1_000_000;
    }
}
