using System.Text;

namespace Tandem.Sip;

/// <summary>RFC 3261 §18.2.1, §18.2.2 and RFC 3581 §4: what the top Via gets stamped with and where the response goes.</summary>
static class ResponseRouting
{
    const ushort DefaultPort = 5060;

    public static Flow Route(in ViaView via, in Flow source)
    {
        if (source.IsReliable || via.HasRPort) return source;
        return source with { Remote = source.Remote with { Port = via.Port == 0 ? DefaultPort : (ushort)via.Port } };
    }

    /// <summary>Writes the first Via value of the request with received and rport as the response must carry them.</summary>
    public static void WriteTopVia(MessageWriter writer, in ViaView via, in Flow source)
    {
        var scan = new Scanner(via.Text);
        writer.Append("SIP/2.0/"u8);
        writer.Append(via.Transport);
        writer.Append((byte)' ');
        writer.Append(via.SentBy);
        int sentBy = via.Text.IndexOf(via.SentBy);
        scan.Skip(sentBy + via.SentBy.Length);
        while (scan.TryParameter(out ReadOnlySpan<byte> name, out ReadOnlySpan<byte> value, out _))
        {
            if (Ascii.EqualsIgnoreCase(name, "rport"u8) || Ascii.EqualsIgnoreCase(name, "received"u8)) continue;
            writer.Append((byte)';');
            writer.Append(name);
            if (value.IsEmpty) continue;
            writer.Append((byte)'=');
            writer.Append(value);
        }
        bool isSource = SipEndPoint.TryParse(via.Host, 0, out SipEndPoint host) && host.HasSameAddress(source.Remote);
        if (via.HasRPort || !isSource)
        {
            writer.Append(";received="u8);
            source.Remote.WriteHost(writer, bracketed: false);
        }
        if (!via.HasRPort) return;
        writer.Append(";rport="u8);
        writer.Append((long)source.Remote.Port);
    }
}
