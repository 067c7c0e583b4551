using System.Text;
using Tandem.Core;
using Tandem.Core.Agents;
using Tandem.Core.Schema;
using Tandem.Journal;
using Tandem.Node.Loop;
using Tandem.Sip;

namespace Tandem.Node.ServiceNode;

/// <summary>
/// REGISTER (RFC 3261 §10.3). Only changed bindings are entries: the journal's binding holds twice as long as what the phone
/// is granted, and a refresh that still fits in it is answered at once. When the phone itself falls silent, this node says so.
/// </summary>
sealed class Registrar(string address, SipStack stack, Func<ContactCentre> centre, Proposer proposer, Peers peers)
{
    readonly Dictionary<ulong, (ServerTransaction Transaction, string Phone, uint Granted)> _proposed = [];
    /// <summary>When what was granted ends, on the monotonic clock; and the CSeq it was asked with.</summary>
    readonly Dictionary<string, (long EndsUs, byte[] CallId, uint CSeq)> _granted = new(StringComparer.Ordinal);
    long _nextSweepUs;

    public void Receive(ServerTransaction transaction, long nowUs)
    {
        SipMessage request = transaction.Request;
        ContactCentre state = centre();
        string name = Numbers.Of(request.To.Uri);
        Phone? phone = peers.Phone(name);
        int status = peers.Authenticate(request, phone, out string user, out byte[] challenge);
        if (status == 0 && user != name) status = 403;
        if (status != 0)
        {
            Answer(transaction, status, challenge, nowUs);
            return;
        }
        var limits = new RegisterLimits
        {
            ExpiresMaxSeconds = (uint)Math.Clamp(state.Settings.RegistrationMaxMs / 1000, 60, 86_400),
            ExpiresDefaultSeconds = (uint)Math.Clamp(state.Settings.RegistrationMaxMs / 1000, 60, 3_600),
        };
        switch (RegisterView.Read(request, limits, out RegisterView? view))
        {
            case RegisterFault.TooBrief:
                Answer(transaction, 423, Encoding.ASCII.GetBytes($"Min-Expires: {limits.ExpiresMinSeconds}\r\n"), nowUs);
                return;
            case not RegisterFault.No:
                Answer(transaction, 400, [], nowUs);
                return;
        }
        Device? device = state.FindDevice(name);
        if (device is null) Answer(transaction, 404, [], nowUs);
        else if (view!.IsQuery) Grant(transaction, device, nowUs);
        else if (_granted.TryGetValue(name, out var last) && !view.MayReplace(last.CallId, last.CSeq)) Answer(transaction, 500, [], nowUs);
        else Change(transaction, device, view, nowUs);
    }

    void Change(ServerTransaction transaction, Device device, RegisterView view, long nowUs)
    {
        // One binding a phone: the newest that is asked for. Two devices of one extension are two phones.
        RequestedBinding? binding = null;
        foreach (RequestedBinding asked in view.Bindings)
            if (asked.ExpiresSeconds > 0 && (binding is null || asked.QThousandths > binding.QThousandths)) binding = asked;
        string flow = Flows.Text(transaction.Flow);
        if (binding is null)
        {
            // Someone else's old contact may go without touching the one in force.
            bool mine = view.RemovesAll || view.Bindings.Any(b => Encoding.UTF8.GetString(b.Uri) == device.Contact);
            _granted.Remove(device.Name);
            if (device.IsRegistered && mine)
                Propose(transaction, new Entry { PhoneUnregistered = new PhoneUnregistered { Phone = device.Name } }, device.Name, 0, nowUs);
            else Grant(transaction, device, nowUs);
            return;
        }
        string contact = Encoding.UTF8.GetString(binding.Uri);
        _granted[device.Name] = (nowUs + binding.ExpiresSeconds * 1_000_000L, view.CallId, view.CSeq);
        Instant until = proposer.Now + Span.FromSeconds(binding.ExpiresSeconds);
        if (device.Contact == contact && device.Flow == flow && device.Expires >= until)
        {
            Grant(transaction, device, nowUs);
            return;
        }
        var entry = new Entry
        {
            PhoneRegistered = new PhoneRegistered
            {
                Phone = device.Name,
                Contact = contact,
                Flow = flow,
                Address = address,
                ExpiresUs = (until + Span.FromSeconds(binding.ExpiresSeconds)).Us,
            },
        };
        Propose(transaction, entry, device.Name, binding.ExpiresSeconds, nowUs);
    }

    void Propose(ServerTransaction transaction, Entry entry, string phone, uint granted, long nowUs)
    {
        if (proposer.TryPropose(entry, Priority.NewWork) == Refusal.None) _proposed[entry.Sequence] = (transaction, phone, granted);
        else Answer(transaction, 503, "Retry-After: 5\r\n"u8.ToArray(), nowUs);
    }

    /// <summary>The change is in the journal: now it is promised.</summary>
    public void Applied(ulong sequence, long nowUs)
    {
        if (!_proposed.Remove(sequence, out var waiting)) return;
        if (centre().FindDevice(waiting.Phone) is { } device) Grant(waiting.Transaction, device, nowUs);
        else Answer(waiting.Transaction, 404, [], nowUs);
    }

    public void Unwritten(ulong sequence, long nowUs)
    {
        if (_proposed.Remove(sequence, out var waiting)) Answer(waiting.Transaction, 503, "Retry-After: 5\r\n"u8.ToArray(), nowUs);
    }

    /// <summary>Phones that were not heard of for as long as they were granted.</summary>
    public void Sweep(long nowUs)
    {
        if (nowUs < _nextSweepUs) return;
        _nextSweepUs = nowUs + 1_000_000;
        List<string>? silent = null;
        foreach ((string phone, (long endsUs, _, _)) in _granted)
            if (endsUs < nowUs) (silent ??= []).Add(phone);
        foreach (string phone in silent ?? [])
        {
            // Meanwhile it may have registered at another node.
            if (centre().FindDevice(phone) is { IsRegistered: true } device && device.Address?.Name == address
                && proposer.TryPropose(new Entry { PhoneUnregistered = new PhoneUnregistered { Phone = phone, Expired = true } }, Priority.InProgress) != Refusal.None) continue;
            _granted.Remove(phone);
        }
    }

    void Grant(ServerTransaction transaction, Device device, long nowUs)
    {
        if (!device.IsRegistered)
        {
            Answer(transaction, 200, [], nowUs);
            return;
        }
        long granted = _granted.TryGetValue(device.Name, out var known) ? (known.EndsUs - nowUs + 999_999) / 1_000_000
            : Math.Max(0, (device.Expires - proposer.Now).Us / 2_000_000);
        Answer(transaction, 200, Encoding.UTF8.GetBytes($"Contact: <{device.Contact}>;expires={granted}\r\nExpires: {granted}\r\n"), nowUs);
    }

    void Answer(ServerTransaction transaction, int status, byte[] headers, long nowUs) =>
        stack.Respond(transaction, new OutgoingResponse { Status = status, Headers = headers }, nowUs);
}
