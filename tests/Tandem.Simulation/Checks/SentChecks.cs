using Tandem.Core;
using Tandem.Sip;

namespace Tandem.Simulation;

/// <summary>
/// What leaves a node: only who owns the address speaks from it, no request of a dialog has a lower CSeq than one before, and
/// nothing is told that is not in the journal.
/// </summary>
sealed class SentChecks(World world)
{
    /// <summary>How long two nodes may use an address that is handed over in good order.</summary>
    const long OverlapUs = 800_000;

    readonly Dictionary<string, (NodeProcess Process, long SinceUs)> _acting = new(StringComparer.Ordinal);
    readonly Dictionary<string, (uint Highest, Dictionary<string, uint> Branches)> _dialogs = new(StringComparer.Ordinal);

    /// <summary>A node begins to use an address.</summary>
    public void Opened(NodeProcess process, string address)
    {
        _acting[address] = (process, world.NowUs);
        foreach (Host host in world.Hosts)
        {
            if (host.Process is not { } other || ReferenceEquals(other, process)) continue;
            world.After(OverlapUs, () =>
            {
                if (ReferenceEquals(_acting[address].Process, process) && !process.IsDead && other is { IsDead: false, IsPaused: false, Loop.IsFenced: false } && !other.Host.IsFrozen && other.Open.Contains(address)
                    && world.Network.Reaches(process.Host.Side, other.Host.Side))
                    world.Violate("owners", $"{address} is used by {process}, and still by {other}");
            });
        }
    }

    public void Leaves(NodeProcess process, in Flow flow, ReadOnlySpan<byte> bytes)
    {
        if (SipParser.Parse(bytes, out SipMessage? message) != Malformed.No)
        {
            world.Violate("messages", $"{process} sends what is no SIP message");
            return;
        }
        if (world.IsTraced) world.Trace($"      {process} {flow.Local} -> {flow.Remote} {Name(message!)}");
        CheckOwner(process, flow.Local.ToString(), message!);
        if (message!.IsRequest) CheckSequence(process, message);
    }

    public static string Name(SipMessage message) => $"{(message.IsRequest ? message.Method.ToString() : $"{message.Status} to {message.Method}")} {message.CSeq} {Text(message.CallId).Split('@')[0]}";

    void CheckOwner(NodeProcess process, string address, SipMessage message)
    {
        string what = message.IsRequest ? message.Method.ToString() : $"{message.Status} to {message.Method}";
        bool isPassed = process.Loop!.IsFenced;
        if (isPassed)
        {
            // Answers that are nobody else's to give: a call that is turned away, a BYE.
            bool isAllowed = !message.IsRequest && (message.Status >= 300 && message.Method == SipMethod.Invite || message.Status == 200 && message.Method == SipMethod.Bye);
            if (!isAllowed) world.Violate("fence", $"{process} sends {what} although it may have been declared lost");
            return;
        }
        if (!_acting.TryGetValue(address, out (NodeProcess Process, long SinceUs) acting) || ReferenceEquals(acting.Process, process) || acting.Process.IsDead && acting.Process.Host == process.Host) return;
        string reason = world.Checks.Reference.Moves.TryGetValue(address, out AddressMoved? move) ? move.Reason : "";
        bool isPlanned = reason is AddressMoved.Left or AddressMoved.Claimed;
        if (!isPlanned || world.NowUs - acting.SinceUs > OverlapUs)
            world.Violate("owners", $"{process} sends {what} from {address}, which {acting.Process} has used for {(world.NowUs - acting.SinceUs) / 1000} ms ({reason})");
    }

    void CheckSequence(NodeProcess process, SipMessage request)
    {
        if (request.Method is SipMethod.Ack or SipMethod.Cancel) return;
        string dialog = $"{Text(request.CallId)} {Text(request.FromTag)}";
        if (!_dialogs.TryGetValue(dialog, out (uint Highest, Dictionary<string, uint> Branches) known)) _dialogs[dialog] = known = (0, new Dictionary<string, uint>(StringComparer.Ordinal));
        string branch = Text(request.Branch);
        if (known.Branches.TryGetValue(branch, out uint cseq))
        {
            if (cseq != request.CSeq) world.Violate("CSeq", $"{process} sends {request.Method} again with CSeq {request.CSeq} instead of {cseq}");
            return;
        }
        if (request.CSeq <= known.Highest) world.Violate("CSeq", $"{process} sends {request.Method} with CSeq {request.CSeq} after {known.Highest} in the dialog {dialog}");
        known.Branches[branch] = request.CSeq;
        _dialogs[dialog] = (Math.Max(known.Highest, request.CSeq), known.Branches);
    }

    static string Text(ReadOnlySpan<byte> bytes) => System.Text.Encoding.ASCII.GetString(bytes);
}
