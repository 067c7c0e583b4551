using Tandem.Core.Agents;
using Tandem.Core.Calls;
using Tandem.Core.Nodes;
using Tandem.Core.Queues;
using Tandem.Core.Schema;
using Tandem.Core.Scripts;

namespace Tandem.Core;

/// <summary>Snapshots: drawn between entries while the core goes on, and read back.</summary>
public sealed partial class ContactCentre
{
    /// <summary>Raised with every change of what is hashed, and how.</summary>
    public const int HashVersion = 2;

    SnapshotCapture? _capture;
    int _captureNumber;

    /// <summary>
    /// Marks this position. The capture is drawn item by item between later entries; what changes meanwhile is copied first,
    /// so that the core is not held up.
    /// </summary>
    public SnapshotCapture BeginSnapshot()
    {
        Invariant.That(_capture is null);
        _captureNumber++;
        return _capture = new SnapshotCapture(this, Head(), Entities(), _captureNumber);
    }

    internal void EndCapture() => _capture = null;

    List<SnapshotItem> Head()
    {
        var head = new List<SnapshotItem>
        {
            new()
            {
                Header = new SnapshotHeader
                {
                    Instance = Instance,
                    Generation = Generation,
                    Position = Position,
                    Hash = Hash,
                    NowUs = Now.Us,
                    UnixUs = _unixUs,
                    UnixReadUs = _unixRead,
                    ZoneData = ZoneData,
                    DecisionLevel = DecisionLevel,
                    ConfigurationPosition = _configurationPosition,
                    AvailabilityNext = _availabilityNext,
                    CallsArrived = CallsArrived,
                    CallsRefused = CallsRefused,
                    Rejections = Rejections,
                    CallsDefaultRouted = CallsDefaultRouted,
                    HashVersion = HashVersion,
                },
            },
        };
        // Configuration, scripts and done requests are never changed in place: they need no copy.
        foreach (CompiledScript script in _scripts.Values.Concat(_earlierScripts.Values))
            head.Add(new SnapshotItem { Script = new ScriptVersion { Version = script.Version, Script = script.Source } });
        if (_configuration is not null) head.Add(new SnapshotItem { Configuration = _configuration });
        foreach (DoneRequest done in _requestsByAge) head.Add(new SnapshotItem { Request = done });
        return head;
    }

    /// <summary>Rebuilds the state of a snapshot.</summary>
    /// <exception cref="InvalidDataException">The items do not make the state that the header's hash tells.</exception>
    public static ContactCentre Restore(IEnumerable<SnapshotItem> items)
    {
        ContactCentre? centre = null;
        SnapshotHeader? header = null;
        var versions = new Dictionary<(string, long), CompiledScript>();
        var agents = new List<AgentState>();
        var calls = new List<CallState>();
        var percents = new List<PercentState>();
        var registrations = new List<RegistrationState>();
        var nodes = new List<NodeState>();
        var addresses = new List<ServiceAddressState>();
        Schema.Configuration? configuration = null;

        foreach (SnapshotItem item in items)
        {
            if (centre is null)
            {
                header = item.Header ?? throw new InvalidDataException("the snapshot does not begin with its header");
                centre = new ContactCentre(header.Instance, header.Generation);
                continue;
            }
            switch (item.KindCase)
            {
                case SnapshotItem.KindOneofCase.Configuration: configuration = item.Configuration; break;
                case SnapshotItem.KindOneofCase.Script:
                    versions[(item.Script.Script.Name, item.Script.Version)] = new CompiledScript(item.Script.Script, item.Script.Version);
                    break;
                case SnapshotItem.KindOneofCase.Agent: agents.Add(item.Agent); break;
                case SnapshotItem.KindOneofCase.Call: calls.Add(item.Call); break;
                case SnapshotItem.KindOneofCase.Registration: registrations.Add(item.Registration); break;
                case SnapshotItem.KindOneofCase.Request: centre.Remember(item.Request); break;
                case SnapshotItem.KindOneofCase.Percent:
                    percents.Add(item.Percent);
                    break;
                case SnapshotItem.KindOneofCase.Node:
                    nodes.Add(item.Node);
                    break;
                case SnapshotItem.KindOneofCase.Address: addresses.Add(item.Address); break;
            }
        }
        if (centre is null || header is null) throw new InvalidDataException("the snapshot is empty");
        centre.RestoreHeader(header);
        centre.RestoreNodes(nodes, addresses);
        centre.RestoreEntities(configuration, versions, registrations, agents, calls);
        foreach (PercentState p in percents)
            centre._percents[(p.Script, p.Node)] = centre.Take(new PercentTurns(p.Script, p.Node) { Credits = [.. p.Credits] });
        // One of another release has another hash of the same state; that it is whole, its file's checksums say.
        if (header.HashVersion == HashVersion && centre.Hash != header.Hash)
            throw new InvalidDataException($"the snapshot at position {header.Position} does not make the state that its hash tells");
        return centre;
    }

    void RestoreHeader(SnapshotHeader header)
    {
        Position = header.Position;
        Now = new Instant(header.NowUs);
        _unixUs = header.UnixUs;
        _unixRead = header.UnixReadUs;
        ZoneData = header.ZoneData;
        DecisionLevel = header.DecisionLevel;
        _configurationPosition = header.ConfigurationPosition;
        _availabilityNext = header.AvailabilityNext;
        CallsArrived = header.CallsArrived;
        CallsRefused = header.CallsRefused;
        Rejections = header.Rejections;
        CallsDefaultRouted = header.CallsDefaultRouted;
    }

    void RestoreNodes(List<NodeState> nodes, List<ServiceAddressState> addresses)
    {
        foreach (ServiceAddressState s in addresses)
            _addresses[s.Name] = Take(new ServiceAddress(s.Name) { Home = s.Home, Owner = s.Owner, Movable = s.Movable });
        foreach (NodeState s in nodes) _incarnations[s.Incarnation] = Take(Incarnation.FromSnapshot(s));
        foreach (Incarnation incarnation in _incarnations.Values)
            if (!incarnation.Lost) _live.Add(incarnation);
        // Of before service addresses: all legs are those of the one node that there was.
        if (addresses.Count == 0 && nodes.Count > 0)
        {
            Incarnation owner = _live.Count > 0 ? _live[^1] : _incarnations.Values.Last();
            _addresses[""] = Take(new ServiceAddress("") { Home = owner.Node, Owner = owner.Number });
        }
        foreach (Incarnation live in _live)
            live.Own = FindAddress(live.Address) ?? throw new InvalidDataException($"the snapshot has no address {live.Address}");
    }

    void RestoreEntities(Schema.Configuration? configuration, Dictionary<(string, long), CompiledScript> versions,
        List<RegistrationState> registrations, List<AgentState> agents, List<CallState> calls)
    {
        // Installed as if new; the states follow. Scripts in the version that the snapshot names them by.
        if (configuration is not null)
        {
            foreach (IGrouping<string, CompiledScript> byName in versions.Values.GroupBy(static s => s.Name))
            {
                CompiledScript newest = byName.MaxBy(static s => s.Version)!;
                if (configuration.Scripts.Any(s => s.Name == newest.Name)) _scripts[newest.Name] = newest;
            }
            _effects = new EffectList();
            _entry = new Entry();
            Install(configuration, _configurationPosition);
        }
        foreach (RegistrationState r in registrations)
        {
            if (!_devices.TryGetValue(r.Phone, out Device? device))
                _devices[r.Phone] = device = Born(new Device(new Phone { Name = r.Phone }) { Removed = true });
            Touch(device);
            device.Contact = r.Contact;
            device.Flow = r.Flow;
            device.Expires = new Instant(r.ExpiresUs);
            if (device.IsRegistered) device.Address = FindAddress(r.Address);
            SetTimer(TimerKind.Registration, device, device.Expires, 0, device.Name);
        }
        var waitingForLeg = new Dictionary<long, Agent>();
        foreach (AgentState s in agents)
        {
            if (!_agents.TryGetValue(s.Name, out Agent? agent)) _agents[s.Name] = agent = Born(new Agent(new AgentDefinition { Name = s.Name }));
            Touch(agent);
            Count(agent, -1);
            agent.Activity = (AgentActivity)s.State;
            agent.Since = new Instant(s.SinceUs);
            agent.Reason = s.Reason;
            agent.Next = s.Next == 0 ? null : (AgentActivity)(s.Next - 1);
            agent.NextReason = s.NextReason;
            agent.Misses = s.Misses;
            agent.WrapUpUntil = new Instant(s.WrapUpUntilUs);
            agent.Availability = s.Availability;
            agent.KeptTurn = s.KeptTurn;
            agent.LoggedInAt = new Instant(s.LoginUs);
            agent.Removed = s.Removed;
            agent.WrapUpDetail = s.WrapUpDetail;
            if (s.Phone.Length > 0 && _devices.TryGetValue(s.Phone, out Device? device))
            {
                agent.Device = device;
                device.Agent = agent;
            }
            if (s.Leg != 0) waitingForLeg[s.Leg] = agent;
            Count(agent, +1);
            SetTimer(TimerKind.WrapUp, agent, agent.WrapUpUntil, 0, agent.Name);
        }
        foreach (Agent agent in _agents.Values.Where(static a => a.IsAvailable).OrderBy(static a => a.Availability))
            foreach (Membership seat in agent.Memberships) seat.Group.JoinLine(seat);
        foreach (CallState s in calls) RestoreCall(s, versions, waitingForLeg);
        foreach ((string Name, long Version) key in versions.Keys)
            if (versions[key].Calls > 0 && (!_scripts.TryGetValue(key.Name, out CompiledScript? current) || current.Version != key.Version))
                _earlierScripts[key] = versions[key];
        _effects = new EffectList();
        Settle();
    }

    void RestoreCall(CallState s, Dictionary<(string, long), CompiledScript> versions, Dictionary<long, Agent> waitingForLeg)
    {
        var call = Born(new Call(new CallId(s.Id))
        {
            Dialed = s.Dialed,
            Calling = s.Calling,
            CallingName = s.CallingName,
            Source = s.Source,
            Arrival = s.Arrival,
            CallType = s.CallType,
            Phase = (CallPhase)s.Phase,
            Arrived = new Instant(s.ArrivedUs),
            AnsweredAt = new Instant(s.AnsweredUs),
            Node = s.Node,
            ScriptsEntered = s.ScriptsEntered,
            WaitingSince = new Instant(s.WaitingSinceUs),
            QueuedTotal = new Span(s.QueuedTotalUs),
            WaitUntil = new Instant(s.WaitUntilUs),
            Recheck = new Instant(s.RecheckUs),
            QueueNode = s.QueueNode,
            QueueNodeSince = new Instant(s.QueueNodeSinceUs),
            LabelFailed = s.LabelFailed,
            ByDefaultLabel = s.ByDefaultLabel,
            ResumeNode = s.ResumeNode,
            RouteOmitted = s.RouteOmitted,
            Parts = s.Parts,
            Disposition = (Disposition)s.Disposition,
            Group = s.Group,
        });
        _calls.Add(s.Id, call);
        if (!call.Arrival.IsEmpty) _arrivals[call.Arrival] = call;
        if (s.Script.Length > 0)
        {
            call.Script = versions[(s.Script, s.ScriptVersion)];
            call.Script.Calls++;
        }
        foreach (Variable v in s.Variables) call.Variables[v.Name] = v.Value;
        foreach (RouteStep step in s.Route) call.Steps.Add(TraceStep.From(step));
        call.RouteHash = s.RouteHash;
        call.RouteOmitted = s.RouteOmitted;
        foreach (QueuePlace p in s.Places)
        {
            if (FindGroup(p.SkillGroup) is not { } group) continue;
            var place = new Waiting(call, group, p.Priority, new Instant(p.SinceUs));
            call.Places.Add(place);
            if (call.Phase == CallPhase.Routing) group.Line.Add(place);
        }
        foreach (Exclusion x in s.Exclusions)
        {
            call.Exclusions.Add((x.Agent, new Instant(x.UntilUs)));
            SetTimer(TimerKind.SameAgentAgain, call, new Instant(x.UntilUs), call.Id.Value);
        }
        foreach (LegState l in s.Legs)
        {
            Leg leg = Leg.FromSnapshot(l, call, FindDevice, FindAgent, FindAddress(l.Address) ?? throw new InvalidDataException($"the snapshot has no address {l.Address}"));
            call.Legs.Add(leg);
            // The caller's leg stays with its call after it is gone.
            if (leg.Gone) continue;
            _legs.Add(l.Id, leg);
            leg.Device?.Legs.Add(leg);
            SetTimer(TimerKind.Ring, leg, leg.RingUntil, l.Id);
            SetTimer(TimerKind.Refresh, leg, leg.RefreshAt, l.Id);
            if (waitingForLeg.TryGetValue(l.Id, out Agent? agent)) agent.Leg = leg;
        }
        SetTimer(TimerKind.ScriptWait, call, call.WaitUntil, call.Id.Value);
        SetTimer(TimerKind.QueueRecheck, call, call.Recheck, call.Id.Value);
    }

    T Take<T>(T entity) where T : Entity
    {
        entity.Share = entity.ComputeHash();
        _sum += entity.Share;
        return entity;
    }
}
