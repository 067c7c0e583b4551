using Tandem.Core.Agents;
using Tandem.Core.Calls;
using Tandem.Core.Nodes;
using Tandem.Core.Schema;

namespace Tandem.Core;

/// <summary>Who owns which service address. Legs and registrations follow their address: nothing of theirs changes when it moves.</summary>
public sealed partial class ContactCentre
{
    public const int AddressesMax = 64;

    readonly Named<ServiceAddress> _addresses = new();

    public IReadOnlyCollection<ServiceAddress> Addresses => _addresses;
    public ServiceAddress? FindAddress(string name) => _addresses.Find(name);

    /// <summary>
    /// Where that lives which came in on the address of that name: there, or where its legs were re-homed to. The proposer's own when it
    /// is told none, or one that nobody declared.
    /// </summary>
    ServiceAddress AddressOf(string name) => Usable((name.Length > 0 ? FindAddress(name) : null) ?? Proposer.Own);

    /// <summary>An address that does not move is of no use while another than its home owns it: that one's own is used instead.</summary>
    ServiceAddress Usable(ServiceAddress address)
    {
        for (int i = 0; i < _live.Count && !address.Movable; i++)
        {
            if (!_incarnations.TryGetValue(address.Owner, out Incarnation? owner) || owner.Lost || owner.Node == address.Home) break;
            address = owner.Own;
        }
        return address;
    }

    /// <summary>
    /// The started node's own address is its own again, unless another live node has taken it over: that one goes on with it
    /// until the address is claimed. What has no live owner is the new one's.
    /// </summary>
    void Declare(Incarnation started, bool movable)
    {
        ServiceAddress? own = FindAddress(started.Address);
        if (own is null) _addresses[started.Address] = own = Born(new ServiceAddress(started.Address));
        Touch(own);
        own.Home = started.Node;
        own.Movable = movable;
        started.Own = own;
        // An address that does not move is in nobody's hands but its home's.
        if (!movable || !IsLive(own.Owner)) Move(own, started, AddressMoved.Started);
        foreach (ServiceAddress address in _addresses.Values)
            if (!IsLive(address.Owner)) Move(address, started, AddressMoved.Started);
        SettleAddressesOf(started);
        foreach (ServiceAddress address in _addresses.Values)
            if (!ReferenceEquals(address, own) && address.Owner == started.Number && address.Home == started.Node) GiveUp(address, own);
    }

    bool IsLive(ulong incarnation) => _incarnations.TryGetValue(incarnation, out Incarnation? owner) && !owner.Lost;

    void TakeOver(ulong from, Incarnation to, string reason)
    {
        foreach (ServiceAddress address in _addresses.Values)
            if (address.Owner == from) Move(address, to, reason);
        SettleAddressesOf(to);
    }

    void Move(ServiceAddress address, Incarnation to, string reason)
    {
        if (address.Owner == to.Number) return;
        Touch(address);
        ulong from = address.Owner;
        address.Owner = to.Number;
        _effects.Add(new AddressMoved(address, from, to.Number, reason));
    }

    /// <summary>What the owner cannot open is left: who lives there moves to the owner's own address.</summary>
    void SettleAddressesOf(Incarnation owner)
    {
        foreach (ServiceAddress address in _addresses.Values)
            if (address.Owner == owner.Number && !address.Movable && address.Home != owner.Node) Rehome(address, Usable(owner.Own));
    }

    /// <summary>The node has another address now: what it had before is nobody's.</summary>
    void GiveUp(ServiceAddress address, ServiceAddress own)
    {
        Rehome(address, Usable(own));
        Drop(address);
    }

    void Drop(ServiceAddress address)
    {
        Touch(address);
        address.Gone = true;
        _addresses.Remove(address.Name);
    }

    Rejection Claim(AddressClaimed claimed)
    {
        if (FindAddress(claimed.Address) is not { } address) return Rejection.UnknownAddress;
        Incarnation by = Proposer;
        // It would have to hand it over again in a moment.
        if (by.Leaving) return Rejection.NodeIsLeaving;
        if (!address.Movable && address.Home != by.Node) return Rejection.AddressDoesNotMove;
        Move(address, by, AddressMoved.Claimed);
        return Rejection.None;
    }

    /// <summary>At the limit, an address on which nothing lives and whose home is away makes room: its node declares it again.</summary>
    bool HasRoomForAddress()
    {
        if (_addresses.Count < AddressesMax) return true;
        var used = new HashSet<ServiceAddress>(ReferenceEqualityComparer.Instance);
        foreach (Incarnation live in _live) used.Add(live.Own);
        foreach (Call call in _calls.Values)
            foreach (Leg leg in call.Legs) used.Add(leg.Address);
        foreach (Device device in _devices.Values)
            if (device.Address is { } address) used.Add(address);
        foreach (ServiceAddress address in _addresses.Values)
        {
            if (used.Contains(address)) continue;
            Drop(address);
            return true;
        }
        return false;
    }
}
