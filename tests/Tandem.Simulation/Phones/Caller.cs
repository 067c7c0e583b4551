using Tandem.Sip;

namespace Tandem.Simulation;

/// <summary>What a caller does, drawn by the plan.</summary>
sealed record CallerPlan
{
    public required int Number { get; init; }
    public required string Dials { get; init; }
    /// <summary>The side whose address it dials.</summary>
    public required string Side { get; init; }
    /// <summary>It gives up when nobody has answered by then.</summary>
    public required long PatienceUs { get; init; }
    public required long TalkUs { get; init; }
    /// <summary>It holds the call for a while.</summary>
    public long? HoldAfterUs { get; init; }
    public long HoldUs { get; init; }
}

enum CallerState { Calling, GivingUp, Talking, HangingUp, Over }

/// <summary>A caller from outside: dials once, waits, talks, hangs up.</summary>
sealed class Caller : PhoneBox
{
    readonly CallerPlan _plan;
    readonly string _at;
    InviteClientTransaction? _invite;
    Dialog? _dialog;
    uint _cseq = 1;
    ulong _version = 1;

    public Caller(World world, CallerPlan plan)
        : base(world, $"0700{plan.Number:0000000}", SipEndPoint.V4(192, 0, 2, 250, (ushort)(10_000 + plan.Number * 2 % 50_000)))
    {
        _plan = plan;
        _at = world.HostOf(plan.Side).Address;
    }

    public CallerPlan Plan => _plan;
    public CallerState State { get; private set; } = CallerState.Calling;
    public long DialedUs { get; private set; }
    public long AnsweredUs { get; private set; }
    /// <summary>It asked for the end, before or after an answer.</summary>
    public bool HasHungUp { get; private set; }
    public bool WasHeard { get; private set; }

    public void Dial()
    {
        DialedUs = Now;
        World.Trace($"caller {Name} dials {_plan.Dials} at {_plan.Side}");
        _invite = (InviteClientTransaction?)Stack.Request(
            new OutgoingRequest
            {
                Method = SipMethod.Invite,
                RequestUri = Bytes($"sip:{_plan.Dials}@{_at}"),
                From = Bytes($"<sip:{Name}@{_at}>;tag=c{_plan.Number}"),
                To = Bytes($"<sip:{_plan.Dials}@{_at}>"),
                CallId = Bytes($"call-{_plan.Number}"),
                CSeq = _cseq,
                Branch = NewBranch(),
                Contact = Bytes(Contact),
                ContentType = "application/sdp"u8,
                Body = Sdp(_version),
            }, To(_at), this, Now, out _);
        Arm();
        After(_plan.PatienceUs, GiveUp);
    }

    void GiveUp()
    {
        if (State != CallerState.Calling) return;
        World.Trace($"caller {Name} gives up");
        HasHungUp = true;
        State = CallerState.GivingUp;
        Stack.Cancel(_invite!, Now);
    }

    public void HangUp()
    {
        if (State != CallerState.Talking) return;
        World.Trace($"caller {Name} hangs up");
        HasHungUp = true;
        State = CallerState.HangingUp;
        SendBye();
    }

    public void HangUpNow()
    {
        GiveUp();
        HangUp();
        Arm();
    }

    void SendBye()
    {
        _cseq++;
        if (Stack.Request(_dialog!, new DialogRequest { Method = SipMethod.Bye, CSeq = Math.Max(_cseq, _dialog!.LocalCSeq + 1), Branch = NewBranch() }, this, Now, out _) is null) End();
        Arm();
    }

    void Hold(bool hold)
    {
        if (State != CallerState.Talking || _dialog!.PendingInviteClient is not null || _dialog.PendingInviteServer is not null) return;
        _cseq = Math.Max(_cseq, _dialog.LocalCSeq) + 1;
        World.Trace($"caller {Name} {(hold ? "holds" : "resumes")}");
        Stack.Request(_dialog, new DialogRequest
        {
            Method = SipMethod.Invite, CSeq = _cseq, Branch = NewBranch(), ContentType = "application/sdp"u8, Body = Sdp(++_version, hold),
        }, this, Now, out _);
        if (hold) After(_plan.HoldUs, () => Hold(false));
    }

    public override void ResponseReceived(ClientTransaction transaction, SipMessage response, Dialog? dialog, long nowUs)
    {
        if (ReferenceEquals(transaction, _invite))
        {
            WasHeard = true;
            World.Checks.Calls.CallerHears(this, response);
            if (response.Status < 200) return;
            if (response.Is2xx) Answered(dialog!);
            else End();
        }
        else if (transaction.Method == SipMethod.Bye)
        {
            if (response.Status < 200) return;
            World.Checks.Calls.ByeAnswered(this, response);
            End();
        }
        else if (transaction.Method == SipMethod.Invite && response.Is2xx) Stack.Acknowledge(dialog!, NewBranch(), default, default, default);
    }

    void Answered(Dialog dialog)
    {
        _dialog = dialog;
        Stack.Acknowledge(dialog, NewBranch(), default, default, default);
        if (State == CallerState.GivingUp)
        {
            State = CallerState.HangingUp;
            SendBye();
            return;
        }
        World.Trace($"caller {Name} is answered");
        World.People.Answered++;
        AnsweredUs = Now;
        State = CallerState.Talking;
        After(_plan.TalkUs, HangUp);
        if (_plan.HoldAfterUs is { } after) After(after, () => Hold(true));
    }

    public override void DialogRequestReceived(Dialog dialog, ServerTransaction transaction, long nowUs)
    {
        switch (transaction.Method)
        {
            case SipMethod.Bye:
                Respond(transaction, 200);
                if (State == CallerState.Talking) World.Checks.Calls.Ended(Name, "the caller", AnsweredUs);
                if (State != CallerState.HangingUp) End();
                break;
            case SipMethod.Invite:
                Stack.Respond(transaction, new OutgoingResponse { Status = 200, Contact = Bytes(Contact), ContentType = "application/sdp"u8, Body = Sdp(++_version) }, nowUs);
                break;
            default: Respond(transaction, 200); break;
        }
    }

    public override void ClientFailed(ClientTransaction transaction, SipFailure failure, long nowUs)
    {
        if (ReferenceEquals(transaction, _invite))
        {
            World.Checks.Calls.NoAnswer(this);
            End();
        }
        else if (transaction.Method == SipMethod.Bye)
        {
            World.Checks.Calls.ByeUnanswered(this);
            End();
        }
    }

    void End()
    {
        if (State == CallerState.Over) return;
        World.Trace($"caller {Name} is done");
        State = CallerState.Over;
        World.People.Over(this);
        // Its port still absorbs what is retransmitted.
        World.After(40_000_000, () => World.Network.Detach(this));
    }
}
