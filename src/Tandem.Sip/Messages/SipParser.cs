using System.Text;

namespace Tandem.Sip;

/// <summary>Bytes in, message out, or the reason why not. Never throws for what a peer sends. RFC 3261 §7, §25; verdicts after RFC 4475.</summary>
public static class SipParser
{
    /// <summary>
    /// Parses one datagram, or one framed stream message. On a fault <paramref name="message"/> is still given when it is a request
    /// whose top Via tells where an answer goes.
    /// </summary>
    public static Malformed Parse(ReadOnlySpan<byte> datagram, out SipMessage? message)
    {
        message = null;
        datagram = datagram.TrimStart("\r\n"u8);                        // §7.5
        if (datagram.IsEmpty) return Malformed.Empty;
        if (datagram.Length > SipLimits.MessageBytesMax) return Malformed.TooLong;

        var parsed = new SipMessage { Bytes = datagram.ToArray() };
        Malformed fault = Read(parsed);
        parsed.Fault = fault;
        if (fault == Malformed.No || (parsed.IsRequest && parsed.SentBySlice.Length > 0)) message = parsed;
        return fault;
    }

    static Malformed Read(SipMessage message)
    {
        Span<byte> bytes = message.Bytes;
        int lineEnd = bytes.IndexOfAny((byte)'\r', (byte)'\n');
        if (lineEnd < 0 || !IsLineEnd(bytes, lineEnd)) return Malformed.BadStartLine;
        Malformed fault = ReadStartLine(message, bytes[..lineEnd]);
        Malformed headers = ReadHeaders(message, bytes, lineEnd + 2);
        Malformed fields = ReadFields(message);
        return fault != Malformed.No ? fault : headers != Malformed.No ? headers : fields != Malformed.No ? fields : Validate(message);
    }

    static bool IsLineEnd(ReadOnlySpan<byte> bytes, int at) => bytes[at] == '\r' && at + 1 < bytes.Length && bytes[at + 1] == '\n';

    static Malformed ReadStartLine(SipMessage message, ReadOnlySpan<byte> line)
    {
        if (line.StartsWith("SIP/"u8)) return ReadStatusLine(message, line);
        message.IsRequest = true;
        int first = line.IndexOf((byte)' ');
        int last = line.LastIndexOf((byte)' ');
        if (first <= 0 || line[..first].ContainsAnyExcept(Scanner.TokenBytes))
        {
            message.IsRequest = first > 0;
            return Malformed.BadMethod;
        }
        message.MethodSlice = message.Locate(line[..first]);
        message.Method = SipMethods.Parse(line[..first]);
        if (last == first) return Malformed.BadStartLine;
        ReadOnlySpan<byte> version = line[(last + 1)..];
        if (!Ascii.EqualsIgnoreCase(version, "SIP/2.0"u8))
            return IsVersion(version) ? Malformed.BadVersion : Malformed.BadStartLine;
        ReadOnlySpan<byte> uriText = line[(first + 1)..last];
        message.UriSlice = message.Locate(uriText);
        if (!UriView.TryParse(uriText, out UriView uri)) return Malformed.BadRequestUri;
        return uri.Headers.IsEmpty ? Malformed.No : Malformed.BadRequestUri;      // §19.1.1: no headers in a Request-URI
    }

    static bool IsVersion(ReadOnlySpan<byte> version)
    {
        if (version.Length < 7 || !Ascii.EqualsIgnoreCase(version[..4], "SIP/"u8)) return false;
        var scan = new Scanner(version[4..]);
        return scan.TryNumber(long.MaxValue / 10 - 1, out _) && scan.Take((byte)'.') && scan.TryNumber(long.MaxValue / 10 - 1, out _) && scan.AtEnd;
    }

    static Malformed ReadStatusLine(SipMessage message, ReadOnlySpan<byte> line)
    {
        if (!line.StartsWith("SIP/2.0 "u8)) return Malformed.BadVersion;
        var scan = new Scanner(line[8..]);
        int start = scan.Position;
        if (!scan.TryNumber(699, out long status) || scan.Since(start).Length != 3 || status < 100) return Malformed.BadStatusCode;
        if (!scan.AtEnd && !scan.Take((byte)' ')) return Malformed.BadStatusCode;
        message.Status = (int)status;
        message.ReasonSlice = message.Locate(scan.Rest);
        return Malformed.No;
    }

    static Malformed ReadHeaders(SipMessage message, Span<byte> bytes, int at)
    {
        Span<HeaderLine> lines = stackalloc HeaderLine[SipLimits.HeadersMax];
        int count = 0;
        Malformed fault = Malformed.No;
        while (true)
        {
            int end = EndOfLine(bytes, at);
            if (end < 0)
            {
                fault = end == Unended ? Malformed.MissingEmptyLine : Malformed.BareLineBreak;
                at = bytes.Length;
                break;
            }
            if (end == at)
            {
                at += 2;
                break;
            }
            if (count == lines.Length)
            {
                fault = Malformed.TooManyHeaders;
                at = bytes.Length;
                break;
            }
            if (TryLine(bytes, at, end, out HeaderLine line)) lines[count++] = line;
            else fault = Malformed.BadHeaderName;
            at = end + 2;
        }
        message.Lines = lines[..count].ToArray();
        message.BodyStart = at;
        message.BodyLength = bytes.Length - at;
        return fault;
    }

    const int Unended = -1;
    const int BareBreak = -2;

    // Index of the CRLF that ends the line at `at`. Folds on the way become spaces (§7.3.1).
    static int EndOfLine(Span<byte> bytes, int at)
    {
        int from = at;
        while (true)
        {
            int found = bytes[from..].IndexOfAny((byte)'\r', (byte)'\n');
            if (found < 0) return Unended;
            int end = from + found;
            if (!IsLineEnd(bytes, end)) return BareBreak;
            int next = end + 2;
            if (end == at || next >= bytes.Length || (bytes[next] != ' ' && bytes[next] != '\t')) return end;
            bytes[end] = bytes[end + 1] = (byte)' ';
            from = next;
        }
    }

    static bool TryLine(ReadOnlySpan<byte> bytes, int start, int end, out HeaderLine line)
    {
        line = default;
        int colon = bytes[start..end].IndexOf((byte)':');
        if (colon <= 0) return false;
        int nameEnd = start + colon;
        while (nameEnd > start && bytes[nameEnd - 1] is (byte)' ' or (byte)'\t') nameEnd--;
        ReadOnlySpan<byte> name = bytes[start..nameEnd];
        if (name.IsEmpty || name.ContainsAnyExcept(Scanner.TokenBytes)) return false;
        int valueStart = start + colon + 1;
        while (valueStart < end && bytes[valueStart] is (byte)' ' or (byte)'\t') valueStart++;
        while (end > valueStart && bytes[end - 1] is (byte)' ' or (byte)'\t') end--;
        line = new HeaderLine(HeaderNames.Parse(name), new Slice((ushort)start, (ushort)name.Length), new Slice((ushort)valueStart, (ushort)(end - valueStart)));
        return true;
    }

    // Headers that must not come twice (§7.3.1: only lists may).
    const ulong SingleKinds =
        1ul << (int)HeaderKind.From | 1ul << (int)HeaderKind.To | 1ul << (int)HeaderKind.CallId | 1ul << (int)HeaderKind.CSeq |
        1ul << (int)HeaderKind.MaxForwards | 1ul << (int)HeaderKind.ContentLength | 1ul << (int)HeaderKind.ContentType |
        1ul << (int)HeaderKind.Expires | 1ul << (int)HeaderKind.SessionExpires | 1ul << (int)HeaderKind.MinSe |
        1ul << (int)HeaderKind.ReferTo | 1ul << (int)HeaderKind.Replaces | 1ul << (int)HeaderKind.Event;

    static Malformed ReadFields(SipMessage message)
    {
        Malformed fault = Malformed.No;
        ulong seen = 0;
        bool viaSeen = false;
        foreach (ref readonly HeaderLine line in message.Lines.AsSpan())
        {
            ulong bit = 1ul << (int)line.Kind;
            Malformed here = (seen & bit & SingleKinds) != 0 ? Malformed.Doubled : ReadField(message, line.Kind, message.At(line.Value), ref viaSeen);
            seen |= bit;
            if (fault == Malformed.No) fault = here;
        }
        if (fault != Malformed.No) return fault;
        if (!viaSeen) return Malformed.MissingVia;
        if ((seen & 1ul << (int)HeaderKind.From) == 0) return Malformed.MissingFrom;
        if ((seen & 1ul << (int)HeaderKind.To) == 0) return Malformed.MissingTo;
        if ((seen & 1ul << (int)HeaderKind.CallId) == 0) return Malformed.MissingCallId;
        if ((seen & 1ul << (int)HeaderKind.CSeq) == 0) return Malformed.MissingCSeq;
        return Malformed.No;
    }

    static Malformed ReadField(SipMessage message, HeaderKind kind, ReadOnlySpan<byte> value, ref bool viaSeen)
    {
        switch (kind)
        {
            case HeaderKind.Via: return ReadVias(message, value, ref viaSeen);
            case HeaderKind.From:
                if (!AddressView.TryParse(value, out AddressView from) || from.IsStar) return Malformed.BadFrom;
                message.FromTagSlice = message.Locate(from.Tag);
                return Malformed.No;
            case HeaderKind.To:
                if (!AddressView.TryParse(value, out AddressView to) || to.IsStar) return Malformed.BadTo;
                message.ToTagSlice = message.Locate(to.Tag);
                return Malformed.No;
            case HeaderKind.CallId:
                if (value.IsEmpty || value.ContainsAny(" \t,"u8)) return Malformed.BadCallId;
                message.CallIdSlice = message.Locate(value);
                return Malformed.No;
            case HeaderKind.CSeq: return ReadCSeq(message, value);
            case HeaderKind.Contact: return ReadContacts(message, value);
            case HeaderKind.Route or HeaderKind.RecordRoute: return ReadRoutes(value);
            case HeaderKind.MaxForwards:
                if (!TryWholeNumber(value, 255, out long hops)) return Malformed.BadMaxForwards;
                message.MaxForwards = (int)hops;
                return Malformed.No;
            case HeaderKind.ContentLength:
                if (!TryWholeNumber(value, int.MaxValue, out long length)) return Malformed.BadContentLength;
                message.ContentLength = (int)length;
                return Malformed.No;
            default: return Malformed.No;
        }
    }

    static bool TryWholeNumber(ReadOnlySpan<byte> value, long max, out long number)
    {
        var scan = new Scanner(value);
        return scan.TryNumber(max, out number) && scan.AtEnd;
    }

    static Malformed ReadVias(SipMessage message, ReadOnlySpan<byte> value, ref bool viaSeen)
    {
        var scan = new Scanner(value);
        do
        {
            bool good = ViaView.TryRead(ref scan, out ViaView via);
            if (!viaSeen)
            {
                viaSeen = true;
                message.SentBySlice = message.Locate(via.SentBy);
                message.BranchSlice = message.Locate(via.Branch);
            }
            if (!good) return Malformed.BadVia;
        }
        while (scan.TakeSpaced((byte)','));
        return scan.AtEnd ? Malformed.No : Malformed.BadVia;
    }

    static Malformed ReadCSeq(SipMessage message, ReadOnlySpan<byte> value)
    {
        var scan = new Scanner(value);
        if (!scan.TryNumber(uint.MaxValue, out long number)) return Malformed.BadCSeq;
        int before = scan.Position;
        scan.SkipSpace();
        if (scan.Position == before) return Malformed.BadCSeq;
        ReadOnlySpan<byte> method = scan.Token();
        if (method.IsEmpty || !scan.AtEnd) return Malformed.BadCSeq;
        message.CSeq = (uint)number;
        if (message.IsRequest) return method.SequenceEqual(message.MethodName) ? Malformed.No : Malformed.CSeqMethodDiffers;
        message.Method = SipMethods.Parse(method);
        message.MethodSlice = message.Locate(method);
        return Malformed.No;
    }

    static Malformed ReadContacts(SipMessage message, ReadOnlySpan<byte> value)
    {
        var scan = new Scanner(value);
        do
        {
            if (!AddressView.TryRead(ref scan, out AddressView contact)) return Malformed.BadContact;
            if (message.ContactSlice.Length == 0) message.ContactSlice = message.Locate(contact.Uri.Text);
        }
        while (scan.TakeSpaced((byte)','));
        return scan.AtEnd ? Malformed.No : Malformed.BadContact;
    }

    static Malformed ReadRoutes(ReadOnlySpan<byte> value)
    {
        var scan = new Scanner(value);
        do
        {
            if (!AddressView.TryRead(ref scan, out AddressView route) || route.IsStar) return Malformed.BadRoute;
        }
        while (scan.TakeSpaced((byte)','));
        return scan.AtEnd ? Malformed.No : Malformed.BadRoute;
    }

    static Malformed Validate(SipMessage message)
    {
        if (message.ContentLength > message.BodyLength) return Malformed.BodyShorterThanContentLength;   // §18.3
        if (message.ContentLength >= 0) message.BodyLength = message.ContentLength;
        if (message.IsRequest && message.Method == SipMethod.Invite && message.ContactSlice.Length == 0) return Malformed.MissingContact;   // §8.1.1.8
        return Malformed.No;
    }
}
