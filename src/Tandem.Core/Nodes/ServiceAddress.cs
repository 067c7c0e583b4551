using Tandem.Core.Schema;

namespace Tandem.Core.Nodes;

/// <summary>
/// An address at which phones and trunks know the contact centre: "127.0.0.2:5060". Legs and registrations live on one, and
/// whoever owns it looks after them. It is its home node's own; while that is away, another live node owns it.
/// </summary>
public sealed class ServiceAddress : Entity
{
    readonly ulong _nameHash;

    internal ServiceAddress(string name)
    {
        Name = name;
        _nameHash = StateHash.Of(name) | 1;
    }

    /// <summary>"" in journals of before service addresses.</summary>
    public string Name { get; }
    /// <summary>The node that declared it as its own, and gets it back.</summary>
    public string Home { get; internal set; } = "";
    /// <summary>The incarnation that has it: a live one whenever there is one.</summary>
    public ulong Owner { get; internal set; }
    /// <summary>Another node can open it as it is. Else its legs and phones are re-homed when its home is lost.</summary>
    public bool Movable { get; internal set; }

    /// <summary>For the hashes of what lives here.</summary>
    internal long NameHash => (long)_nameHash;

    internal override ulong ComputeHash()
    {
        var h = new StateHash(8);
        h.Add(NameHash);
        h.Add(Home);
        h.Add((long)Owner);
        h.Add(Movable);
        return h.Value;
    }

    internal override SnapshotItem ToSnapshot() => new()
    {
        Address = new ServiceAddressState { Name = Name, Home = Home, Owner = Owner, Movable = Movable },
    };
}
