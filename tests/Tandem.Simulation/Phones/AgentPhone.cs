using Tandem.Core;
using Tandem.Sip;

namespace Tandem.Simulation;

/// <summary>An agent's phone: registers and does so again, rings, is answered or declined or not, hangs up at times. One line.</summary>
sealed class AgentPhone : PhoneBox
{
    const uint Expires = 120;
    readonly string _at, _agent;
    uint _registerCSeq;
    bool _isRegistering;
    readonly List<PhoneCall> _calls = [];

    sealed class PhoneCall
    {
        public required LegId Leg { get; init; }
        public required InviteServerTransaction Invite { get; init; }
        public Dialog? Dialog;
        public bool IsOver, HasHungUp;
        public long AnsweredUs;
        public ulong Version = 1;
    }

    public AgentPhone(World world, string name, string agent, byte host, string side)
        : base(world, name, SipEndPoint.V4(192, 0, 2, host, 5060))
    {
        _agent = agent;
        _at = world.HostOf(side).Address;
    }

    public string Agent => _agent;
    public bool IsRegistered { get; private set; }
    /// <summary>Legs that this phone takes for established.</summary>
    public IEnumerable<LegId> Talking => _calls.Where(static c => !c.IsOver && c.AnsweredUs > 0).Select(static c => c.Leg);

    // ---- registration ----

    public void Begin() => Register([]);

    void Register(byte[] authorization)
    {
        _isRegistering = true;
        Stack.Register(Bytes($"sip:{_at}"), Bytes($"sip:{Name}@{_at}"), Bytes(Contact), Expires, Bytes($"register-{Name}"), Bytes($"r{Name}"), ++_registerCSeq,
            NewBranch(), authorization, To(_at), this, Now, out _);
        Arm();
    }

    void RegisterLater(long us) => After(us, () => Register([]));

    void Registered(SipMessage response)
    {
        if (response.Status is 401 && DigestClient.Answer(response, "REGISTER"u8, Bytes($"sip:{_at}"), Name, People.Password(Name), Bytes($"n{_registerCSeq}")) is { } line)
        {
            Register(line);
            return;
        }
        _isRegistering = false;
        if (response.Is2xx) World.Checks.Calls.Registered(this, Contact);
        IsRegistered = response.Is2xx;
        RegisterLater(response.Is2xx ? Dice.Ms(20_000, 50_000) : Dice.Ms(1_000, 4_000));
    }

    // ---- calls ----

    public override void RequestReceived(ServerTransaction transaction, long nowUs)
    {
        if (transaction is not InviteServerTransaction invite)
        {
            base.RequestReceived(transaction, nowUs);
            return;
        }
        LegId leg = LegOf(Text(invite.Request.CallId));
        foreach (PhoneCall other in _calls)
            if (!other.IsOver) World.Checks.Calls.SecondCall(this, other.Leg, leg);
        World.Checks.Calls.PhoneRings(this, leg);
        if (_calls.Exists(static c => !c.IsOver))
        {
            Respond(invite, 486);
            return;
        }
        var call = new PhoneCall { Leg = leg, Invite = invite };
        invite.UserState = call;
        _calls.Add(call);
        World.Trace($"phone {Name} rings for leg {leg}");
        Stack.Respond(invite, new OutgoingResponse { Status = 180, ToTag = Bytes($"p{Name}"), Contact = Bytes(Contact) }, nowUs);
        int choice = Dice.Below(100);
        if (choice < 80) After(Dice.Ms(100, 3_000), () => Answer(call));
        else if (choice < 88) After(Dice.Ms(50, 2_000), () => Decline(call));
        // Else nobody answers.
    }

    /// <summary>Tandem's Call-IDs begin with the leg's id.</summary>
    static LegId LegOf(string callId)
    {
        string text = callId.Split('.')[0];
        return EntityId.TryParse(text, out long id) ? new LegId(id) : default;
    }

    void Answer(PhoneCall call)
    {
        if (call.IsOver || call.Invite.IsAnswered || call.Invite.IsTerminated) return;
        World.Trace($"phone {Name} answers leg {call.Leg}");
        Stack.Respond(call.Invite, new OutgoingResponse { Status = 200, ToTag = Bytes($"p{Name}"), Contact = Bytes(Contact), ContentType = "application/sdp"u8, Body = Sdp(1) }, Now);
        call.Dialog = call.Invite.Dialog;
        if (call.Dialog is null) return;
        call.Dialog.UserState = call;
        call.AnsweredUs = Now;
        if (Dice.Chance(400)) After(Dice.Ms(500, 15_000), () => HangUp(call));
        if (Dice.Chance(200)) After(Dice.Ms(300, 5_000), () => Hold(call, true));
    }

    void Decline(PhoneCall call)
    {
        if (call.IsOver || call.Invite.IsAnswered) return;
        World.Trace($"phone {Name} declines leg {call.Leg}");
        call.IsOver = true;
        Respond(call.Invite, 486);
    }

    void HangUp(PhoneCall call)
    {
        if (call.IsOver || call.HasHungUp || !IsConfirmed(call)) return;
        World.Trace($"phone {Name} hangs up leg {call.Leg}");
        call.HasHungUp = true;
        World.Checks.Calls.HangsUp(call.Leg);
        if (Stack.Request(call.Dialog!, new DialogRequest { Method = SipMethod.Bye, CSeq = call.Dialog!.LocalCSeq + 1, Branch = NewBranch() }, call, Now, out _) is null) call.IsOver = true;
    }

    void Hold(PhoneCall call, bool hold)
    {
        if (call.IsOver || call.HasHungUp || !IsConfirmed(call) || call.Dialog!.PendingInviteClient is not null || call.Dialog.PendingInviteServer is not null) return;
        Stack.Request(call.Dialog, new DialogRequest
        {
            Method = SipMethod.Invite, CSeq = call.Dialog.LocalCSeq + 1, Branch = NewBranch(), ContentType = "application/sdp"u8, Body = Sdp(++call.Version, hold),
        }, call, Now, out _);
        if (hold) After(Dice.Ms(300, 4_000), () => Hold(call, false));
    }

    /// <summary>A phone may not send BYE before it has the ACK (RFC 3261 §15).</summary>
    static bool IsConfirmed(PhoneCall call) => call.Dialog is { IsAckAwaited: false };

    public override void CancelReceived(InviteServerTransaction invite, ServerTransaction cancel, long nowUs)
    {
        base.CancelReceived(invite, cancel, nowUs);
        if (invite.UserState is PhoneCall { AnsweredUs: 0 } call) call.IsOver = true;
    }

    public override void DialogRequestReceived(Dialog dialog, ServerTransaction transaction, long nowUs)
    {
        if (dialog.UserState is not PhoneCall call)
        {
            Respond(transaction, 481);
            return;
        }
        switch (transaction.Method)
        {
            case SipMethod.Bye:
                Respond(transaction, 200);
                World.Trace($"phone {Name} is hung up, leg {call.Leg}");
                if (!call.HasHungUp && !call.IsOver) World.Checks.Calls.LegEnded(this, call.Leg, call.AnsweredUs);
                call.IsOver = true;
                break;
            case SipMethod.Invite:
                Stack.Respond(transaction, new OutgoingResponse { Status = 200, Contact = Bytes(Contact), ContentType = "application/sdp"u8, Body = Sdp(++call.Version) }, nowUs);
                break;
            default: Respond(transaction, 200); break;
        }
    }

    public override void AckMissing(Dialog dialog, long nowUs)
    {
        if (dialog.UserState is PhoneCall call)
        {
            World.Checks.Calls.AckMissing(this, call.Leg);
            call.IsOver = true;
        }
        Stack.Forget(dialog);
    }

    public override void ResponseReceived(ClientTransaction transaction, SipMessage response, Dialog? dialog, long nowUs)
    {
        if (transaction.Method == SipMethod.Register)
        {
            if (response.Status >= 200) Registered(response);
            return;
        }
        if (transaction.UserState is not PhoneCall call) return;
        if (transaction.Method == SipMethod.Bye && response.Status >= 200) call.IsOver = true;
        else if (transaction.Method == SipMethod.Invite && response.Is2xx) Stack.Acknowledge(dialog!, NewBranch(), default, default, default);
    }

    public override void ClientFailed(ClientTransaction transaction, SipFailure failure, long nowUs)
    {
        if (transaction.Method == SipMethod.Register && _isRegistering)
        {
            _isRegistering = false;
            RegisterLater(Dice.Ms(200, 2_000));
        }
        else if (transaction.UserState is PhoneCall call && transaction.Method == SipMethod.Bye) call.IsOver = true;
    }
}
