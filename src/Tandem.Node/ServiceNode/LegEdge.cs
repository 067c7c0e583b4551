using Tandem.Core;
using Tandem.Sip;

namespace Tandem.Node.ServiceNode;

/// <summary>
/// What this node has in its hands of a leg: transactions and the dialog. Lost with the node, and made anew from the
/// leg's checkpoint.
/// </summary>
sealed class LegEdge(LegId id)
{
    public LegId Id { get; } = id;

    /// <summary>A caller's INVITE.</summary>
    public InviteServerTransaction? Invite;
    /// <summary>Our INVITE to a phone or a trunk.</summary>
    public InviteClientTransaction? Outgoing;
    public Dialog? Dialog;

    /// <summary>Requests of the far end that are answered when their entry is in the journal.</summary>
    public ServerTransaction? Cancel, Bye;
    /// <summary>The far end's re-INVITE that awaits the peer's answer.</summary>
    public InviteServerTransaction? Offer;

    /// <summary>The number of the offer of the peer that was passed on last.</summary>
    public uint Passed;
    /// <summary>The offer passed on was an empty one: its ACK has to carry the answer.</summary>
    public bool PassedEmpty;
    /// <summary>A 2xx of the far end waits for our ACK.</summary>
    public bool OwesAck;
    public bool ByeSent;
    /// <summary>That nothing is left of the leg has been proposed.</summary>
    public bool EndProposed;
    public bool ProgressProposed;
    public int ProgressStatus;
    public string ProgressSdp = "";

    public bool IsAnswered => Dialog is { State: DialogState.Confirmed };
}
