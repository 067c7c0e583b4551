namespace Tandem.Sip;

/// <summary>
/// The stack: messages and time in, messages and events out. One thread, no I/O, no clock, no randomness.
/// Moments are monotonic microseconds of the caller's choice, never falling.
/// </summary>
public sealed partial class SipStack
{
    readonly SipStackOptions _options;
    readonly ISipOutput _output;
    readonly ISipUser _user;
    readonly Verdicts _verdicts;
    readonly MessageFormat _format;
    readonly MessageWriter _scratch = new();
    readonly KeyWriter _keys = new();
    readonly TimerHeap _timers = new();

    readonly Dictionary<byte[], ServerTransaction> _servers = new(BytesComparer.Instance);
    readonly Dictionary<byte[], ClientTransaction> _clients = new(BytesComparer.Instance);
    readonly Dictionary<byte[], Dialog> _dialogs = new(BytesComparer.Instance);
    readonly Dictionary<byte[], ServerTransaction>.AlternateLookup<ReadOnlySpan<byte>> _serverByKey;
    readonly Dictionary<byte[], ClientTransaction>.AlternateLookup<ReadOnlySpan<byte>> _clientByKey;
    readonly Dictionary<byte[], Dialog>.AlternateLookup<ReadOnlySpan<byte>> _dialogByKey;

    public SipStack(SipStackOptions options, ISipOutput output, ISipUser user)
    {
        _options = options;
        _output = output;
        _user = user;
        _verdicts = new Verdicts(options);
        _format = new MessageFormat(options);
        _serverByKey = _servers.GetAlternateLookup<ReadOnlySpan<byte>>();
        _clientByKey = _clients.GetAlternateLookup<ReadOnlySpan<byte>>();
        _dialogByKey = _dialogs.GetAlternateLookup<ReadOnlySpan<byte>>();
    }

    public SipCounters Counters => _options.Counters;

    /// <summary>When <see cref="Tick"/> has something to do; <see cref="long.MaxValue"/>: nothing waits.</summary>
    public long NextTimerUs => _timers.NextUs;

    public int ServerTransactions => _servers.Count;
    public int ClientTransactions => _clients.Count;
    public int Dialogs => _dialogs.Count;

    internal SipTimers Timers => _options.Timers;

    /// <summary>Takes one datagram or one framed stream message. The bytes are copied; a malformed one is answered or dropped, and counted.</summary>
    public Malformed Receive(ReadOnlySpan<byte> bytes, in Flow flow, long nowUs)
    {
        Malformed fault = SipParser.Parse(bytes, out SipMessage? message);
        Counters.Received++;
        if (fault != Malformed.No)
        {
            Counters.CountMalformed(fault);
            if (message is not null && message.Method != SipMethod.Ack) RefuseMalformed(message, flow);
            return fault;
        }
        Dispatch(message!, flow, nowUs);
        return Malformed.No;
    }

    /// <summary>Takes a message that was parsed elsewhere.</summary>
    public void Receive(SipMessage message, in Flow flow, long nowUs)
    {
        Counters.Received++;
        if (message.Fault != Malformed.No) RefuseMalformed(message, flow);
        else Dispatch(message, flow, nowUs);
    }

    /// <summary>Fires what is due.</summary>
    public void Tick(long nowUs)
    {
        while (_timers.TryTake(nowUs, out Timed timed)) timed.Due(nowUs);
    }

    /// <summary>A connection is gone: what waited for an answer on it fails now instead of at its timer.</summary>
    public void FlowClosed(in Flow flow, long nowUs)
    {
        if (!flow.IsReliable) return;
        var waiting = new List<ClientTransaction>();
        foreach (ClientTransaction client in _clients.Values)
            if (client.Flow.Connection == flow.Connection && client.Flow.IsReliable && !client.IsAnswered) waiting.Add(client);
        foreach (ClientTransaction client in waiting) client.TransportFailed(nowUs);
    }

    /// <summary>Null: no such dialog.</summary>
    public Dialog? FindDialog(ReadOnlySpan<byte> callId, ReadOnlySpan<byte> localTag, ReadOnlySpan<byte> remoteTag) =>
        _dialogByKey.TryGetValue(_keys.Dialog(callId, localTag, remoteTag), out Dialog? dialog) ? dialog : null;

    void Dispatch(SipMessage message, in Flow flow, long nowUs)
    {
        if (message.IsRequest)
        {
            Counters.Requests++;
            ReceiveRequest(message, flow, nowUs);
        }
        else
        {
            Counters.Responses++;
            ReceiveResponse(message, nowUs);
        }
    }

    internal void Arm(Timed timed, long dueUs) => _timers.Set(timed, dueUs);

    internal bool Transmit(in Flow flow, ReadOnlySpan<byte> message)
    {
        bool sent = _output.Send(flow, message);
        if (sent) Counters.Sent++;
        else Counters.SendsRefused++;
        return sent;
    }

    internal void Ended(ServerTransaction transaction)
    {
        Arm(transaction, Timed.Never);
        _servers.Remove(transaction.Key);
        if (transaction.Dialog is { } dialog && dialog.PendingInviteServer == transaction) dialog.PendingInviteServer = null;
    }

    internal void Ended(ClientTransaction transaction, long nowUs)
    {
        Arm(transaction, Timed.Never);
        _clients.Remove(transaction.Key);
        if (transaction is not InviteClientTransaction invite) return;
        foreach (Dialog dialog in invite.Opened)
            if (dialog.State == DialogState.Early) Forget(dialog);          // §13.2.2.4: early dialogs end 64·T1 after the first 2xx
    }

    /// <summary>Drops a dialog at once; later requests in it meet 481.</summary>
    public void Forget(Dialog dialog)
    {
        dialog.State = DialogState.Ended;
        dialog.StopAwaitingAck();
        _dialogs.Remove(dialog.Key);
    }

    internal void ServerFailed(ServerTransaction transaction, SipFailure failure, long nowUs)
    {
        if (failure == SipFailure.Transport) Counters.TransportFailures++;
        else Counters.AcksMissing++;
        _user.ServerFailed(transaction, failure, nowUs);
    }

    internal void AckMissing(Dialog dialog, long nowUs)
    {
        Counters.AcksMissing++;
        _user.AckMissing(dialog, nowUs);
    }
}
