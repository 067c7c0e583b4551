using Tandem.Sip;

namespace Tandem.Node.Loop;

/// <summary>
/// Stands between the stack and the sockets. While the node may have been declared lost (it has not read a recent heartbeat
/// of its own) nothing leaves: what would have left waits, and leaves when it is certain that this node is still in charge.
/// </summary>
/// <remarks>
/// Asked at every message, with the clock of that instant: a process that wakes from a pause finds the fence closed before
/// it can send anything.
/// </remarks>
sealed class Fence(ISipOutput inner, Pulse pulse) : ISipOutput
{
    /// <summary>Messages that wait at most; more are lost, as on any network.</summary>
    const int WaitingMax = 20_000;

    readonly Queue<(Flow Flow, byte[] Message)> _waiting = [];
    bool _passing;

    public bool IsClosed => IsShut || !pulse.IsFresh;
    /// <summary>Closed by the node itself, while it is not certain that its state is right.</summary>
    public bool IsShut { get; set; }

    public bool Send(in Flow flow, ReadOnlySpan<byte> message)
    {
        if (_passing || (_waiting.Count == 0 && !IsClosed)) return inner.Send(flow, message);
        if (_waiting.Count < WaitingMax) _waiting.Enqueue((flow, message.ToArray()));
        return true;
    }

    /// <summary>Lets go what waits, if it may.</summary>
    public void Release()
    {
        while (_waiting.Count > 0 && !IsClosed)
        {
            (Flow flow, byte[] message) = _waiting.Dequeue();
            inner.Send(flow, message);
        }
    }

    /// <summary>For answers that are nobody else's to give: a call that is turned away because the journal is away.</summary>
    public void Pass(Action act)
    {
        _passing = true;
        try
        {
            act();
        }
        finally
        {
            _passing = false;
        }
    }
}
