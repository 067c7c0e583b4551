namespace Tandem.Sip;

public enum RegisterFault : byte
{
    No,

    /// <summary>To is not a sip: or sips: URI: 400.</summary>
    BadAddressOfRecord,

    /// <summary>A Contact that is no sip: or sips: URI, or a <c>*</c> with company or without Expires: 0 (RFC 3261 §10.3 step 6): 400.</summary>
    BadContact,

    /// <summary>Shorter than allowed: 423 with Min-Expires (§10.3 step 7).</summary>
    TooBrief,

    TooManyContacts,
}

/// <summary>One binding a REGISTER asks for.</summary>
/// <param name="Contact">The value verbatim, with display name and parameters.</param>
/// <param name="Uri">Its URI, parameters included, nothing unescaped.</param>
/// <param name="ExpiresSeconds">0 removes the binding.</param>
/// <param name="QThousandths">Preference 0–1000; 1000 when none is given.</param>
public sealed record RequestedBinding(byte[] Contact, byte[] Uri, uint ExpiresSeconds, int QThousandths, string Instance, uint RegId);

/// <summary>What a registrar allows.</summary>
public sealed record RegisterLimits
{
    public uint ExpiresMinSeconds { get; init; } = 60;
    public uint ExpiresMaxSeconds { get; init; } = 3600;
    public uint ExpiresDefaultSeconds { get; init; } = 3600;

    /// <summary>A user's desk phone, soft phone and mobile, several times over.</summary>
    public int ContactsMax { get; init; } = 16;
}

/// <summary>A REGISTER as values. The bindings themselves are the user's. RFC 3261 §10.3.</summary>
public sealed record RegisterView(byte[] AddressOfRecord, byte[] CallId, uint CSeq, bool RemovesAll, IReadOnlyList<RequestedBinding> Bindings)
{
    /// <summary>No bindings and no <c>*</c>: the client only asks what is registered.</summary>
    public bool IsQuery => !RemovesAll && Bindings.Count == 0;

    public static RegisterFault Read(SipMessage request, RegisterLimits limits, out RegisterView? view)
    {
        view = null;
        UriView to = request.To.Uri;
        if (to.Scheme is not (UriScheme.Sip or UriScheme.Sips)) return RegisterFault.BadAddressOfRecord;
        long headerExpires = request.Number(HeaderKind.Expires);
        var bindings = new List<RequestedBinding>();
        bool star = false;
        foreach (AddressView contact in request.Addresses(HeaderKind.Contact))
        {
            if (bindings.Count == limits.ContactsMax) return RegisterFault.TooManyContacts;
            if (contact.IsStar)
            {
                star = true;
                continue;
            }
            if (contact.Uri.Scheme is not (UriScheme.Sip or UriScheme.Sips)) return RegisterFault.BadContact;
            RegisterFault fault = ReadBinding(contact, headerExpires, limits, out RequestedBinding binding);
            if (fault != RegisterFault.No) return fault;
            bindings.Add(binding);
        }
        if (star && (bindings.Count > 0 || headerExpires != 0)) return RegisterFault.BadContact;
        view = new RegisterView(AddressOfRecordOf(to), request.CallId.ToArray(), request.CSeq, star, bindings);
        return RegisterFault.No;
    }

    /// <summary>
    /// §10.3 steps 6 and 7: under the same Call-ID a binding may only be changed by a higher CSeq; a lower or equal one is out of order
    /// and fails the whole request (500, or absorbed when equal).
    /// </summary>
    public bool MayReplace(ReadOnlySpan<byte> boundCallId, uint boundCSeq) => !boundCallId.SequenceEqual(CallId) || CSeq > boundCSeq;

    static RegisterFault ReadBinding(in AddressView contact, long headerExpires, RegisterLimits limits, out RequestedBinding binding)
    {
        long expires = headerExpires >= 0 ? headerExpires : limits.ExpiresDefaultSeconds;
        if (contact.TryParameter("expires"u8, out ReadOnlySpan<byte> own))
        {
            var scan = new Scanner(own);
            bool isNumber = scan.TryNumber(uint.MaxValue, out long number);
            expires = isNumber ? number : own.Length > 0 && (uint)(own[0] - '0') <= 9 ? uint.MaxValue : 3600;       // §10.2.1.1: malformed counts as 3600
        }
        binding = new RequestedBinding(
            contact.Text.ToArray(), contact.Uri.Text.ToArray(), (uint)Math.Min(expires, limits.ExpiresMaxSeconds), Quality(contact),
            Text(contact, "+sip.instance"u8), uint.TryParse(Text(contact, "reg-id"u8), out uint regId) ? regId : 0);
        return expires > 0 && expires < limits.ExpiresMinSeconds ? RegisterFault.TooBrief : RegisterFault.No;
    }

    static string Text(in AddressView contact, ReadOnlySpan<byte> name) =>
        contact.TryParameter(name, out ReadOnlySpan<byte> value) ? System.Text.Encoding.UTF8.GetString(value.Trim((byte)'"')) : "";

    static int Quality(in AddressView contact)
    {
        if (!contact.TryParameter("q"u8, out ReadOnlySpan<byte> q) || q.IsEmpty) return 1000;
        int thousandths = (q[0] == '1' ? 1000 : 0);
        int weight = 100;
        for (int i = 2; i < q.Length && i < 5; i++, weight /= 10)
            if (char.IsAsciiDigit((char)q[i])) thousandths += (q[i] - '0') * weight;
        return Math.Min(thousandths, 1000);
    }

    // §10.3 step 5: canonical, without parameters.
    static byte[] AddressOfRecordOf(in UriView to)
    {
        var text = new MessageWriter();
        text.Append(to.Scheme == UriScheme.Sips ? "sips:"u8 : "sip:"u8);
        if (!to.User.IsEmpty)
        {
            text.Append(to.User);
            text.Append((byte)'@');
        }
        Span<byte> host = stackalloc byte[Math.Min(to.Host.Length, 255)];
        System.Text.Ascii.ToLower(to.Host[..host.Length], host, out _);
        text.Append(host);
        if (to.Port != 0)
        {
            text.Append((byte)':');
            text.Append((long)to.Port);
        }
        return text.ToArray();
    }
}
