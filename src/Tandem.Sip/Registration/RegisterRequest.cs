namespace Tandem.Sip;

/// <summary>REGISTER as a phone sends it. RFC 3261 §10.2.</summary>
public static class RegisterRequest
{
    /// <param name="registrar">Request-URI: the domain, without user part.</param>
    /// <param name="addressOfRecord">URI; From and To are made of it.</param>
    /// <param name="headers">Further lines: Authorization from <see cref="DigestClient"/>, Supported, …</param>
    public static ClientTransaction? Register(
        this SipStack stack, ReadOnlySpan<byte> registrar, ReadOnlySpan<byte> addressOfRecord, ReadOnlySpan<byte> contact, uint expiresSeconds,
        ReadOnlySpan<byte> callId, ReadOnlySpan<byte> fromTag, uint cseq, ReadOnlySpan<byte> branch, ReadOnlySpan<byte> headers,
        in Flow flow, object? userState, long nowUs, out Refused refused)
    {
        var lines = new MessageWriter();
        lines.Header("Expires"u8, expiresSeconds);
        lines.Append(headers);
        byte[] to = [(byte)'<', .. addressOfRecord, (byte)'>'];
        byte[] from = [.. to, .. ";tag="u8, .. fromTag];
        return stack.Request(
            new OutgoingRequest
            {
                Method = SipMethod.Register, RequestUri = registrar, From = from, To = to, CallId = callId, CSeq = cseq, Branch = branch,
                Contact = contact, Headers = lines.Written,
            },
            flow, userState, nowUs, out refused);
    }
}
