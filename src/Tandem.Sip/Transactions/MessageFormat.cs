using System.Text;

namespace Tandem.Sip;

/// <summary>Writes our messages. One buffer; the result lives until the next message.</summary>
sealed class MessageFormat(SipStackOptions options)
{
    readonly MessageWriter _writer = new();
    readonly byte[]? _sentBy = options.SentBy is null ? null : Encoding.ASCII.GetBytes(options.SentBy);
    readonly byte[] _userAgent = options.Product is null ? [] : Encoding.ASCII.GetBytes($"User-Agent: {options.Product}\r\n");
    readonly byte[] _server = options.Product is null ? [] : Encoding.ASCII.GetBytes($"Server: {options.Product}\r\n");

    /// <summary>RFC 3261 §8.2.6: Vias, From, To, Call-ID, CSeq and, where a dialog begins, Record-Routes come back as they were.</summary>
    public ReadOnlySpan<byte> Response(SipMessage request, in Flow source, in OutgoingResponse response, ReadOnlySpan<byte> toTag, ReadOnlySpan<byte> contact)
    {
        _writer.Clear();
        _writer.StartResponse(response.Status, response.Reason.IsEmpty ? ReasonPhrases.Of(response.Status) : response.Reason);
        bool isTop = true;
        bool opensDialog = request.Method == SipMethod.Invite && response.Status is > 100 and < 300;
        for (int i = 0; i < request.HeaderCount; i++)
        {
            HeaderKind kind = request.HeaderAt(i, out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value);
            switch (kind)
            {
                case HeaderKind.Via when isTop:
                    isTop = false;
                    TopVia(value, source);
                    break;
                case HeaderKind.Via or HeaderKind.From or HeaderKind.CallId or HeaderKind.CSeq:
                case HeaderKind.RecordRoute when opensDialog:
                    _writer.Header(name, value);
                    break;
                case HeaderKind.To:
                    _writer.Append("To: "u8);
                    _writer.Append(value);
                    if (request.ToTag.IsEmpty && !toTag.IsEmpty && response.Status > 100)
                    {
                        _writer.Append(";tag="u8);
                        _writer.Append(toTag);
                    }
                    _writer.Append("\r\n"u8);
                    break;
            }
        }
        if (!contact.IsEmpty && response.Status != 100) _writer.Header("Contact"u8, contact);
        _writer.Append(_server);
        _writer.Append(response.Headers);
        _writer.Body(response.ContentType, response.Body);
        return _writer.Written;
    }

    public ReadOnlySpan<byte> Request(in OutgoingRequest request, in Flow flow)
    {
        ReadOnlySpan<byte> method = SipMethods.Name(request.Method);
        _writer.Clear();
        _writer.StartRequest(method, request.RequestUri);
        Via(flow, request.Branch);
        _writer.Header("Max-Forwards"u8, request.MaxForwards);
        if (!request.Route.IsEmpty) _writer.Header("Route"u8, request.Route);
        _writer.Header("From"u8, request.From);
        _writer.Header("To"u8, request.To);
        _writer.Header("Call-ID"u8, request.CallId);
        _writer.CSeq(request.CSeq, method);
        if (!request.Contact.IsEmpty) _writer.Header("Contact"u8, request.Contact);
        _writer.Append(_userAgent);
        _writer.Append(request.Headers);
        _writer.Body(request.ContentType, request.Body);
        return _writer.Written;
    }

    /// <summary>RFC 3261 §12.2.1.1; for ACK §13.2.2.4.</summary>
    public ReadOnlySpan<byte> InDialog(Dialog dialog, in DialogRequest request, in Flow flow)
    {
        ReadOnlySpan<byte> method = SipMethods.Name(request.Method);
        _writer.Clear();
        _writer.StartRequest(method, RouteSets.RequestUri(dialog));
        Via(flow, request.Branch);
        _writer.Append("Max-Forwards: 70\r\n"u8);
        RouteSets.Write(_writer, dialog);
        _writer.Header("From"u8, dialog.LocalAddress);
        _writer.Header("To"u8, dialog.RemoteAddress);
        _writer.Header("Call-ID"u8, dialog.CallId);
        _writer.CSeq(request.CSeq, method);
        if (dialog.LocalContact.Length > 0 && request.Method is not (SipMethod.Bye or SipMethod.Ack)) _writer.Header("Contact"u8, dialog.LocalContact);
        _writer.Append(_userAgent);
        _writer.Append(request.Headers);
        _writer.Body(request.ContentType, request.Body);
        return _writer.Written;
    }

    /// <summary>The hop-by-hop companion of an INVITE: CANCEL (§9.1), or the ACK of an error (§17.1.1.3) with that response's To.</summary>
    public ReadOnlySpan<byte> Companion(SipMessage invite, SipMethod method, ReadOnlySpan<byte> to)
    {
        ReadOnlySpan<byte> name = SipMethods.Name(method);
        _writer.Clear();
        _writer.StartRequest(name, invite.RequestUri);
        _writer.Header("Via"u8, invite.TopVia.Text);
        _writer.Append("Max-Forwards: 70\r\n"u8);
        foreach (ReadOnlySpan<byte> route in invite.Headers(HeaderKind.Route)) _writer.Header("Route"u8, route);
        _writer.Header("From"u8, invite.Header(HeaderKind.From));
        _writer.Header("To"u8, to.IsEmpty ? invite.Header(HeaderKind.To) : to);
        _writer.Header("Call-ID"u8, invite.CallId);
        _writer.CSeq(invite.CSeq, name);
        _writer.Body(default, default);
        return _writer.Written;
    }

    void TopVia(ReadOnlySpan<byte> line, in Flow source)
    {
        var scan = new Scanner(line);
        bool good = ViaView.TryRead(ref scan, out ViaView via);
        if (!good)
        {
            _writer.Header("Via"u8, line);          // of a malformed request: back as it came
            return;
        }
        _writer.Append("Via: "u8);
        ResponseRouting.WriteTopVia(_writer, via, source);
        _writer.Append(scan.Rest);
        _writer.Append("\r\n"u8);
    }

    void Via(in Flow flow, ReadOnlySpan<byte> branch)
    {
        _writer.Append("Via: SIP/2.0/"u8);
        _writer.Append(flow.Name);
        _writer.Append((byte)' ');
        if (_sentBy is not null) _writer.Append(_sentBy);
        else
        {
            flow.Local.WriteHost(_writer);
            _writer.Append((byte)':');
            _writer.Append((long)flow.Local.Port);
        }
        _writer.Append(";branch="u8);
        _writer.Append(branch);
        _writer.Append(";rport\r\n"u8);
    }
}
