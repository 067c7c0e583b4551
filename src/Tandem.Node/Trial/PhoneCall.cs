using System.Diagnostics;
using System.Text;
using Tandem.Sip;

namespace Tandem.Node.Trial;

/// <summary>One end of a call, as a phone has it. Its tasks never fail: <see cref="Status"/> says how it went.</summary>
public sealed class PhoneCall
{
    readonly TaskCompletionSource<bool> _answered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    readonly long _began = Stopwatch.GetTimestamp();
    readonly byte[] _callId = PhoneBank.NewName();
    InviteServerTransaction? _incoming;
    InviteClientTransaction? _outgoing;
    Dialog? _dialog;
    ToneStream? _media;
    byte[] _sdp = [];
    uint _cseq;
    bool _challenged, _hungUp;

    internal PhoneCall(Phone phone, string dialed) => (Phone, Dialed) = (phone, dialed);

    internal PhoneCall(Phone phone, InviteServerTransaction incoming)
    {
        (Phone, Dialed, _incoming) = (phone, phone.Name, incoming);
        incoming.UserState = this;
        NodeCall = Encoding.ASCII.GetString(incoming.Request.Header("X-Tandem-Call"u8));
    }

    public Phone Phone { get; }
    public string Dialed { get; }
    /// <summary>INSTANCE:CALL as the contact centre names it; known to the phone that is rung.</summary>
    public string NodeCall { get; } = "";
    internal byte[] Tag { get; } = PhoneBank.NewName();

    /// <summary>True when both talk; false when it ended before.</summary>
    public Task<bool> Talking => _answered.Task;
    public Task Ended => _ended.Task;
    public bool IsRinging { get; private set; }
    /// <summary>From dialing to the answer.</summary>
    public TimeSpan TimeToAnswer { get; private set; }
    /// <summary>200: it was a call; else the status that refused it, 408 for no answer.</summary>
    public int Status { get; private set; }
    public long RtpSent => _media?.Sent ?? 0;
    /// <summary>From the other end's address alone.</summary>
    public long RtpReceived => _media?.Received ?? 0;

    SipStack Stack => Phone.Bank.Stack;

    public void HangUp() => Phone.Bank.Do(HangUp);

    // ---- calling ----

    internal void Invite(long nowUs)
    {
        OpenMedia();
        SendInvite([], nowUs);
    }

    void SendInvite(byte[] authorization, long nowUs)
    {
        _outgoing = (InviteClientTransaction?)Stack.Request(
            new OutgoingRequest
            {
                Method = SipMethod.Invite,
                RequestUri = Target,
                From = [.. "<"u8, .. Phone.Uri, .. ">;tag="u8, .. Tag],
                To = [.. "<"u8, .. Target, .. ">"u8],
                CallId = _callId,
                CSeq = ++_cseq,
                Branch = PhoneBank.NewBranch(),
                Contact = Phone.Contact,
                Headers = authorization,
                ContentType = "application/sdp"u8,
                Body = _sdp,
            }, Phone.Bank.Flow, this, nowUs, out _);
        if (_outgoing is null) End(503);
        else if (_hungUp) Stack.Cancel(_outgoing, nowUs);
    }

    byte[] Target => Encoding.ASCII.GetBytes($"sip:{Dialed}@{Phone.Bank.Flow.Remote}");

    internal void Answered(ClientTransaction transaction, SipMessage response, Dialog? dialog, long nowUs)
    {
        if (transaction.Method == SipMethod.Bye)
        {
            if (response.Status >= 200) End(200);
            return;
        }
        if (!ReferenceEquals(transaction, _outgoing)) return;
        if (response.Status < 200)
        {
            IsRinging |= response.Status >= 180;
            return;
        }
        if (response.Is2xx)
        {
            _dialog = dialog;
            Stack.Acknowledge(dialog!, PhoneBank.NewBranch(), default, default, default);
            TimeToAnswer = Stopwatch.GetElapsedTime(_began);
            Talk(response.Body);
            if (_hungUp) SendBye(nowUs);
        }
        else if (response.Status is 401 or 407 && !_challenged && DigestClient.Answer(response, "INVITE"u8, Target, Phone.Name, Phone.Password, PhoneBank.NewName()) is { } line)
        {
            _challenged = true;
            SendInvite(line, nowUs);
        }
        else End(response.Status);
    }

    // ---- being called ----

    /// <summary>On the phones' thread.</summary>
    internal void Answer()
    {
        if (_incoming is not { IsAnswered: false, IsTerminated: false } invite) return;
        OpenMedia();
        if (!Stack.Respond(invite, new OutgoingResponse { Status = 200, ToTag = Tag, Contact = Phone.Contact, ContentType = "application/sdp"u8, Body = _sdp }, Now)) return;
        _dialog = invite.Dialog;
        _dialog!.UserState = this;
        TimeToAnswer = Stopwatch.GetElapsedTime(_began);
        Talk(invite.Request.Body);
    }

    internal void Asked(ServerTransaction transaction, long nowUs)
    {
        switch (transaction.Method)
        {
            case SipMethod.Bye:
                Stack.Respond(transaction, new OutgoingResponse { Status = 200 }, nowUs);
                End(200);
                break;
            case SipMethod.Invite:
                // Hold, resume, a moved peer: our own side stays as it is.
                if (_media is { } media && SdpView.TryParse(transaction.Request.Body, out SdpView sdp)) media.SendTo(Peer(sdp));
                Stack.Respond(transaction, new OutgoingResponse { Status = 200, Contact = Phone.Contact, ContentType = "application/sdp"u8, Body = _sdp }, nowUs);
                break;
            default:
                Stack.Respond(transaction, new OutgoingResponse { Status = transaction.Method == SipMethod.Options ? 200 : 501 }, nowUs);
                break;
        }
    }

    // ---- both ----

    void Talk(ReadOnlySpan<byte> peersSdp)
    {
        if (SdpView.TryParse(peersSdp, out SdpView sdp)) _media?.SendTo(Peer(sdp));
        _answered.TrySetResult(true);
    }

    static SipEndPoint? Peer(in SdpView sdp) =>
        sdp.AudioPort > 0 && !sdp.IsHold && SipEndPoint.TryParse(sdp.Address, sdp.AudioPort, out SipEndPoint at) ? at : null;

    void OpenMedia()
    {
        _media = Phone.Bank.Media.Open();
        _sdp = SdpFormat.G711(SipEndPoint.From(_media.Local), 1, 1);
    }

    long Now => Phone.Bank.NowUs;

    void HangUp(long nowUs)
    {
        if (_hungUp || _ended.Task.IsCompleted) return;
        _hungUp = true;
        if (_dialog is not null) SendBye(nowUs);
        else if (_outgoing is not null) Stack.Cancel(_outgoing, nowUs);
        else if (_incoming is not null)
        {
            Stack.Respond(_incoming, new OutgoingResponse { Status = 486 }, nowUs);
            End(486);
        }
    }

    void SendBye(long nowUs)
    {
        var bye = new DialogRequest { Method = SipMethod.Bye, CSeq = Math.Max(_dialog!.LocalCSeq, _cseq) + 1, Branch = PhoneBank.NewBranch() };
        if (Stack.Request(_dialog, bye, this, nowUs, out _) is null) End(200);
    }

    internal void End(int status)
    {
        if (_ended.Task.IsCompleted) return;
        Status = status;
        _media?.Close();
        _answered.TrySetResult(false);
        _ended.TrySetResult();
    }
}
