using System.Text;
using Tandem.Sip;

namespace Tandem.Node.Trial;

/// <summary>One phone of a <see cref="PhoneBank"/>: registers with digest, calls, answers after a moment. Several calls at once are fine.</summary>
public sealed class Phone
{
    uint _registerCSeq;
    readonly byte[] _registerId = PhoneBank.NewName();

    internal Phone(PhoneBank bank, string name, string password) => (Bank, Name, Password) = (bank, name, password);

    internal PhoneBank Bank { get; }
    public string Name { get; }
    internal string Password { get; }

    /// <summary>How long it rings before it is answered; null: never.</summary>
    public TimeSpan? AnswersAfter { get; set; } = TimeSpan.FromMilliseconds(400);

    /// <summary>On the phones' thread, when it begins to ring.</summary>
    public Action<PhoneCall>? Rings { get; set; }

    internal byte[] Uri => Encoding.ASCII.GetBytes($"sip:{Name}@{Bank.Flow.Remote}");
    internal byte[] Contact => Encoding.ASCII.GetBytes($"<sip:{Name}@{Bank.Local}>");

    /// <exception cref="NodeException">The contact centre refuses, or does not answer.</exception>
    public Task RegisterAsync(uint seconds = 600) => new Registration(this, seconds).RunAsync();

    public Task UnregisterAsync() => RegisterAsync(0);

    /// <summary>Calls; what becomes of it is told by the call.</summary>
    public PhoneCall Call(string dialed)
    {
        var call = new PhoneCall(this, dialed);
        Bank.Do(call.Invite);
        return call;
    }

    internal void Ring(InviteServerTransaction invite, long nowUs)
    {
        var call = new PhoneCall(this, invite);
        Bank.Stack.Respond(invite, new OutgoingResponse { Status = 180, ToTag = call.Tag, Contact = Contact }, nowUs);
        Rings?.Invoke(call);
        if (AnswersAfter is { } after) Bank.Later(after, () => call.Answer());
    }

    internal (byte[] CallId, uint CSeq) NextRegister() => (_registerId, ++_registerCSeq);
}

/// <summary>A REGISTER and, after a challenge, the one with its answer.</summary>
sealed class Registration(Phone phone, uint seconds)
{
    readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    bool _answered;

    public Task RunAsync()
    {
        phone.Bank.Do(now => Send([], now));
        return _done.Task;
    }

    void Send(byte[] authorization, long nowUs)
    {
        (byte[] callId, uint cseq) = phone.NextRegister();
        ClientTransaction? sent = phone.Bank.Stack.Register(Registrar, phone.Uri, phone.Contact, seconds, callId, PhoneBank.NewName(), cseq, PhoneBank.NewBranch(),
            authorization, phone.Bank.Flow, this, nowUs, out Refused refused);
        if (sent is null) Fail(refused.ToString());
    }

    byte[] Registrar => Encoding.ASCII.GetBytes($"sip:{phone.Bank.Flow.Remote}");

    public void Answered(SipMessage response, long nowUs)
    {
        if (response.Status < 200) return;
        if (response.Is2xx) _done.TrySetResult();
        else if (response.Status is 401 or 407 && DigestClient.Answer(response, "REGISTER"u8, Registrar, phone.Name, phone.Password, PhoneBank.NewName(), wasAnswered: _answered) is { } line)
        {
            _answered = true;
            Send(line, nowUs);
        }
        else Fail(response.Status is 401 or 407 or 403 ? "the node does not take its password" : $"the node answered {response.Status}");
    }

    public void Fail(string why) => _done.TrySetException(new NodeException($"phone {phone.Name} cannot register: {why}"));
}
