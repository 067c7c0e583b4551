using Tandem.Core.Calls;
using Tandem.Core.Nodes;
using Tandem.Core.Schema;

namespace Tandem.Core.Agents;

/// <summary>A phone: where it can be reached, who is logged in at it, and what legs it is in.</summary>
public sealed class Device : Entity
{
    internal Device(Phone definition) => Definition = definition;

    public Phone Definition { get; internal set; }
    public string Name => Definition.Name;
    /// <summary>The registered contact; empty when not registered.</summary>
    public string Contact { get; internal set; } = "";
    public string Flow { get; internal set; } = "";
    /// <summary>The service address at which it registered, from which it is called; null when it is not registered, or did so before there were any.</summary>
    public ServiceAddress? Address { get; internal set; }
    public Instant Expires { get; internal set; } = Instant.Never;
    /// <summary>No longer in the configuration: gone when nobody is logged in or talks at it.</summary>
    public bool Removed { get; internal set; }
    public Agent? Agent { get; internal set; }
    /// <summary>All legs with this phone, calls that no script brought included; while there is one, no call is offered here.</summary>
    internal readonly List<Leg> Legs = [];

    public bool IsRegistered => Contact.Length > 0;
    public bool IsReachable => !Removed && (Definition.Address.Length > 0 || IsRegistered);
    public int LegCount => Legs.Count;

    internal override ulong ComputeHash()
    {
        var h = new StateHash(3);
        h.Add(Name);
        h.Add(Contact);
        h.Add(Flow);
        h.Add(Expires);
        h.Add(Address?.NameHash ?? 0);
        h.Add(Agent?.Name);
        return h.Value;
    }

    internal override SnapshotItem ToSnapshot() => new()
    {
        Registration = new RegistrationState { Phone = Name, Contact = Contact, Flow = Flow, ExpiresUs = Expires.Us, Address = Address?.Name ?? "" },
    };
}
