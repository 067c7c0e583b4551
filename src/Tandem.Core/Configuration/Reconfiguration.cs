using Tandem.Core.Agents;
using Tandem.Core.Calls;
using Tandem.Core.Queues;
using Tandem.Core.Schema;
using Tandem.Core.Scripts;

namespace Tandem.Core;

/// <summary>The configuration, and what becomes of calls and agents when it changes: nobody is logged out who is still in it.</summary>
public sealed partial class ContactCentre
{
    readonly Dictionary<string, DialedNumber> _dialedNumbers = new(StringComparer.Ordinal);
    readonly Dictionary<string, CallType> _callTypes = new(StringComparer.Ordinal);
    readonly Named<Device> _devices = new();
    readonly Dictionary<string, Trunk> _trunks = new(StringComparer.Ordinal);
    readonly Dictionary<string, CompiledScript> _scripts = new(StringComparer.Ordinal);
    /// <summary>Versions that calls are still in although the configuration has another.</summary>
    readonly SortedDictionary<(string Name, long Version), CompiledScript> _earlierScripts = [];
    readonly Dictionary<int, ReasonCode> _reasons = [];
    readonly SortedDictionary<(string Script, string Node), PercentTurns> _percents = [];
    Schema.Configuration? _configuration;
    long _configurationPosition;
    ulong _configurationShare;

    public Schema.Configuration? Configuration => _configuration;
    /// <summary>The position of the entry that brought the configuration in force.</summary>
    public long ConfigurationPosition => _configurationPosition;
    public Settings Settings => _configuration?.Settings ?? _noSettings;
    static readonly Settings _noSettings = new() { Zone = "UTC", RingTimeMs = 20_000, Rona = new RedirectionOnNoAnswer { NoAnswer = 2 } };

    public IReadOnlyCollection<Device> Devices => _devices;
    public Device? FindDevice(string name) => _devices.Find(name);
    public CompiledScript? FindScript(string name) => _scripts.GetValueOrDefault(name);
    public string? ReasonName(int code) => _reasons.GetValueOrDefault(code)?.Name;
    internal CompiledScript? ScriptOf(string callType) =>
        _callTypes.TryGetValue(callType, out CallType? type) ? FindScript(type.Script) : null;

    bool KnowsReason(int code) => code == 0 || _reasons.ContainsKey(code);

    /// <summary>The trunk with the longest prefix that the number begins with; the first declared among equals.</summary>
    public Trunk? TrunkFor(string number)
    {
        Trunk? best = null;
        int longest = -1;
        foreach (Trunk trunk in _configuration?.Trunks ?? [])
            foreach (string prefix in trunk.Prefixes)
                if (prefix.Length > longest && number.StartsWith(prefix, StringComparison.Ordinal))
                {
                    best = trunk;
                    longest = prefix.Length;
                }
        return best;
    }

    internal bool IsHoliday(string calendar, LocalTime day)
    {
        foreach (HolidayCalendar holidays in _configuration!.Holidays)
            if (holidays.Name == calendar)
                foreach (string date in holidays.Days)
                    if (date == day.Date || (date.StartsWith("--", StringComparison.Ordinal) && day.Date.EndsWith(date[1..], StringComparison.Ordinal)))
                        return true;
        return false;
    }

    /// <param name="configuration">Null: the entry lacks it.</param>
    Rejection Reconfigure(Schema.Configuration? configuration)
    {
        if (configuration is null) return Rejection.InvalidConfiguration;
        if (configuration.Instance != Instance) return Rejection.OtherInstance;
        if (ConfigurationRules.FirstFault(configuration) is not null) return Rejection.InvalidConfiguration;
        Install(configuration, Position);
        _configurationPosition = Position;
        _effects.Add(new ConfigurationChanged(configuration));
        foreach (Device device in _devices.Values) SendAwayUnreachable(device);
        foreach (Agent agent in _agents.Values) Review(agent);
        // Calls whose skill groups went away go on where their queue node overflows.
        foreach (Call call in CallsInOrder().Where(static c => c.Phase == CallPhase.Routing && c.QueueNode.Length > 0 && c.Places.Count == 0).ToList())
            if (IsFull) SetRecheck(call, Now); else RecheckQueue(call);
        // Agents who came into a group in which calls wait: in the order of their turns.
        foreach (Agent agent in _agents.Values.Where(static a => a.IsAvailable).OrderBy(static a => a.Availability).ToList())
            OfferNextCall(agent);
        return Rejection.None;
    }

    /// <summary>Makes the configuration the one in force, without deciding anything: also for a state that is restored.</summary>
    void Install(Schema.Configuration configuration, long version)
    {
        _sum -= _configurationShare;
        _configurationShare = ShareOf(configuration);
        _sum += _configurationShare;
        _configuration = configuration;

        _dialedNumbers.Clear();
        foreach (DialedNumber number in configuration.DialedNumbers) _dialedNumbers[number.Number] = number;
        _callTypes.Clear();
        foreach (CallType type in configuration.CallTypes) _callTypes[type.Name] = type;
        _trunks.Clear();
        foreach (Trunk trunk in configuration.Trunks) _trunks[trunk.Name] = trunk;
        _reasons.Clear();
        foreach (ReasonCode reason in configuration.ReasonCodes) _reasons[reason.Code] = reason;

        InstallScripts(configuration, version);
        InstallDevices(configuration);
        InstallGroups(configuration);
        InstallAgents(configuration);
    }

    static ulong ShareOf(Schema.Configuration configuration) => StateHash.Of(Google.Protobuf.MessageExtensions.ToByteArray(configuration));

    void InstallScripts(Schema.Configuration configuration, long version)
    {
        var before = new Dictionary<string, CompiledScript>(_scripts, StringComparer.Ordinal);
        _scripts.Clear();
        foreach (Script script in configuration.Scripts)
        {
            if (before.Remove(script.Name, out CompiledScript? same))
            {
                if (same.Source.Equals(script))
                {
                    _scripts[script.Name] = same;
                    continue;
                }
                KeepEarlier(same);
            }
            _scripts[script.Name] = new CompiledScript(script, version);
        }
        foreach (CompiledScript gone in before.Values) KeepEarlier(gone);
        foreach ((string Script, string Node) key in _percents.Keys.ToList())
        {
            // Changed scripts begin their shares anew.
            if (_scripts.TryGetValue(key.Script, out CompiledScript? script) && script.Version != version) continue;
            PercentTurns turns = _percents[key];
            Touch(turns);
            turns.Gone = true;
            _percents.Remove(key);
        }
    }

    void KeepEarlier(CompiledScript script)
    {
        if (script.Calls > 0) _earlierScripts[(script.Name, script.Version)] = script;
    }

    /// <summary>A call is no longer in this version.</summary>
    void Leave(CompiledScript script)
    {
        if (--script.Calls == 0) _earlierScripts.Remove((script.Name, script.Version));
    }

    void InstallDevices(Schema.Configuration configuration)
    {
        var gone = new HashSet<string>(_devices.Keys, StringComparer.Ordinal);
        foreach (Phone phone in configuration.Phones)
        {
            gone.Remove(phone.Name);
            if (!_devices.TryGetValue(phone.Name, out Device? device)) _devices[phone.Name] = Born(new Device(phone));
            else if (device.Removed || !device.Definition.Equals(phone))
            {
                Touch(device);
                device.Definition = phone;
                device.Removed = false;
            }
        }
        foreach (string name in gone.Order(StringComparer.Ordinal))
        {
            Device device = _devices[name];
            Touch(device);
            device.Removed = true;
            device.Contact = device.Flow = "";
            device.Address = null;
            device.Expires = Instant.Never;
            DropIfUnused(device);
        }
    }

    /// <summary>A phone that was removed is kept while somebody is logged in or talks at it: it cannot be called any more.</summary>
    void DropIfUnused(Device device)
    {
        if (device.Agent is not null || device.LegCount > 0) return;
        Touch(device);
        device.Gone = true;
        _devices.Remove(device.Name);
    }

    void InstallGroups(Schema.Configuration configuration)
    {
        var gone = new HashSet<string>(_groups.Keys, StringComparer.Ordinal);
        foreach (SkillGroupDefinition definition in configuration.SkillGroups)
        {
            gone.Remove(definition.Name);
            if (_groups.TryGetValue(definition.Name, out SkillGroup? group)) group.Definition = definition;
            else _groups[definition.Name] = new SkillGroup(definition);
        }
        foreach (string name in gone.Order(StringComparer.Ordinal))
        {
            SkillGroup group = _groups[name];
            foreach (Call call in CallsInOrder())
            {
                if (!call.Places.Exists(p => ReferenceEquals(p.Group, group))) continue;
                Touch(call);
                call.Places.RemoveAll(p => ReferenceEquals(p.Group, group));
            }
            _groups.Remove(name);
        }
    }

    void InstallAgents(Schema.Configuration configuration)
    {
        foreach (SkillGroup group in _groups.Values)
        {
            group.LoggedOn = group.Talking = group.Members = 0;
        }
        var gone = new HashSet<string>(_agents.Keys, StringComparer.Ordinal);
        foreach (AgentDefinition definition in configuration.Agents)
        {
            gone.Remove(definition.Name);
            if (!_agents.TryGetValue(definition.Name, out Agent? agent))
                _agents[definition.Name] = agent = Born(new Agent(definition));
            else if (agent.Removed || !agent.Definition.Equals(definition))
            {
                Touch(agent);
                agent.Removed = false;
                agent.Definition = definition;
            }
            Seat(agent);
        }
        // An available agent keeps its turn.
        foreach (Agent agent in _agents.Values.Where(static a => a.IsAvailable).OrderBy(static a => a.Availability))
            foreach (Membership seat in agent.Memberships)
                if (!seat.InLine) seat.Group.JoinLine(seat);
        foreach (string name in gone.Order(StringComparer.Ordinal))
        {
            Agent agent = _agents[name];
            Touch(agent);
            agent.Removed = true;
            Unseat(agent);
            agent.Memberships = [];
            if (agent.Activity == AgentActivity.LoggedOut) RemoveAgent(agent);
            else if (agent.Leg is null && agent.IsInWrapUp) EndWrapUp(agent);
            else if (agent.Leg is null) EnterNext(agent);
        }
    }

    void Unseat(Agent agent)
    {
        foreach (Membership seat in agent.Memberships) seat.Group.LeaveLine(seat);
    }

    /// <summary>Gives the agent its seats in the groups of its definition.</summary>
    void Seat(Agent agent)
    {
        Unseat(agent);
        var seats = new List<Membership>(agent.Definition.SkillGroups.Count);
        foreach (string name in agent.Definition.SkillGroups)
            if (_groups.TryGetValue(name, out SkillGroup? group)) seats.Add(new Membership(agent, group));
        agent.Memberships = [.. seats];
        foreach (Membership seat in agent.Memberships) seat.Group.Members++;
        Count(agent, +1);
    }

    void RemoveAgent(Agent agent)
    {
        Touch(agent);
        agent.Gone = true;
        _agents.Remove(agent.Name);
    }

    // ---- percent allocation: whose turn it is ----

    internal int[] PercentCredits(string script, string node, int shares) =>
        _percents.TryGetValue((script, node), out PercentTurns? turns) && turns.Credits.Length == shares
            ? (int[])turns.Credits.Clone() : new int[shares];

    void SetPercentCredits(string script, string node, int[] credits)
    {
        if (!_percents.TryGetValue((script, node), out PercentTurns? turns))
            _percents[(script, node)] = turns = Born(new PercentTurns(script, node));
        Touch(turns);
        turns.Credits = credits;
    }
}

/// <summary>How far the shares of a percent node are from their due.</summary>
sealed class PercentTurns(string script, string node) : Entity
{
    public int[] Credits = [];

    internal override ulong ComputeHash()
    {
        var h = new StateHash(6);
        h.Add(script);
        h.Add(node);
        foreach (int credit in Credits) h.Add(credit);
        return h.Value;
    }

    internal override SnapshotItem ToSnapshot()
    {
        var state = new PercentState { Script = script, Node = node };
        state.Credits.Add(Credits);
        return new SnapshotItem { Percent = state };
    }
}
