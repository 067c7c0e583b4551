using System.Text;

namespace Tandem.Sip;

public enum MediaDirection : byte
{
    SendRecv,
    SendOnly,
    RecvOnly,
    Inactive,
}

/// <summary>The little of a session description that a pass-through needs: RFC 8866, RFC 3264. Never throws; what is absent stays at its default.</summary>
public readonly ref struct SdpView
{
    /// <summary>The version in o=; 0 when absent.</summary>
    public ulong Version { get; private init; }

    /// <summary>The session id in o=.</summary>
    public ReadOnlySpan<byte> SessionId { get; private init; }

    /// <summary>Of the first audio, else of the session.</summary>
    public MediaDirection Direction { get; private init; }

    /// <summary>Address in c= of the first audio, else of the session; empty when absent.</summary>
    public ReadOnlySpan<byte> Address { get; private init; }

    /// <summary>RTP port of the first audio; 0: refused, or there is no audio.</summary>
    public int AudioPort { get; private init; }

    /// <summary>Payload types of the first audio, as written.</summary>
    public ReadOnlySpan<byte> AudioFormats { get; private init; }

    public bool HasAudio { get; private init; }

    /// <summary>The other side does not want to hear us: sendonly or inactive, or the old c=0.0.0.0 (RFC 3264 §8.4).</summary>
    public bool IsHold => Direction is MediaDirection.SendOnly or MediaDirection.Inactive || Address.SequenceEqual("0.0.0.0"u8) || Address.SequenceEqual("::"u8);

    /// <summary>False: there is no v= line first, so this is no session description.</summary>
    public static bool TryParse(ReadOnlySpan<byte> body, out SdpView sdp)
    {
        sdp = default;
        if (!body.StartsWith("v=0"u8)) return false;
        ulong version = 0;
        ReadOnlySpan<byte> sessionId = default, address = default, audioAddress = default, formats = default;
        MediaDirection? session = null, audio = null;
        int port = 0;
        bool inMedia = false, inAudio = false, hasAudio = false;
        foreach (Range each in body.Split((byte)'\n'))
        {
            ReadOnlySpan<byte> line = body[each].TrimEnd((byte)'\r');
            if (line.Length < 2 || line[1] != '=') continue;
            ReadOnlySpan<byte> value = line[2..];
            switch (line[0])
            {
                case (byte)'o':
                    sessionId = Word(value, 1);
                    version = ulong.TryParse(Word(value, 2), out ulong number) ? number : 0;
                    break;
                case (byte)'c':
                    ReadOnlySpan<byte> found = Word(value, 2);
                    int slash = found.IndexOf((byte)'/');
                    if (slash >= 0) found = found[..slash];
                    if (inAudio) audioAddress = found;
                    else if (!inMedia) address = found;
                    break;
                case (byte)'m':
                    inMedia = true;
                    inAudio = !hasAudio && Word(value, 0).SequenceEqual("audio"u8);
                    if (!inAudio) break;
                    hasAudio = true;
                    ReadOnlySpan<byte> ports = Word(value, 1);
                    int count = ports.IndexOf((byte)'/');
                    port = int.TryParse(count < 0 ? ports : ports[..count], out int read) && read is > 0 and < 65_536 ? read : 0;
                    formats = After(value, 3);
                    break;
                case (byte)'a' when DirectionOf(value) is { } direction:
                    if (inAudio) audio = direction;
                    else if (!inMedia) session = direction;
                    break;
            }
        }
        sdp = new SdpView
        {
            Version = version,
            SessionId = sessionId,
            Direction = audio ?? session ?? MediaDirection.SendRecv,
            Address = audioAddress.IsEmpty ? address : audioAddress,
            AudioPort = port,
            AudioFormats = formats,
            HasAudio = hasAudio,
        };
        return true;
    }

    static MediaDirection? DirectionOf(ReadOnlySpan<byte> attribute) =>
        attribute.SequenceEqual("sendrecv"u8) ? MediaDirection.SendRecv
        : attribute.SequenceEqual("sendonly"u8) ? MediaDirection.SendOnly
        : attribute.SequenceEqual("recvonly"u8) ? MediaDirection.RecvOnly
        : attribute.SequenceEqual("inactive"u8) ? MediaDirection.Inactive
        : null;

    static ReadOnlySpan<byte> Word(ReadOnlySpan<byte> text, int index)
    {
        ReadOnlySpan<byte> rest = After(text, index);
        int end = rest.IndexOf((byte)' ');
        return end < 0 ? rest : rest[..end];
    }

    static ReadOnlySpan<byte> After(ReadOnlySpan<byte> text, int words)
    {
        for (; words > 0; words--)
        {
            int space = text.IndexOf((byte)' ');
            if (space < 0) return default;
            text = text[(space + 1)..];
        }
        return text;
    }
}

/// <summary>Session descriptions for the built-in phones.</summary>
public static class SdpFormat
{
    /// <summary>G.711 in both laws and telephone-event (RFC 4733), 20 ms.</summary>
    public static byte[] G711(SipEndPoint media, ulong sessionId, ulong version, MediaDirection direction = MediaDirection.SendRecv)
    {
        string family = media.IsV6 ? "IP6" : "IP4";
        string address = media.ToAddress().ToString();
        return Encoding.ASCII.GetBytes(
            $"v=0\r\no=tandem {sessionId} {version} IN {family} {address}\r\ns=-\r\nc=IN {family} {address}\r\nt=0 0\r\n" +
            $"m=audio {media.Port} RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:101 telephone-event/8000\r\n" +
            $"a=fmtp:101 0-15\r\na=ptime:20\r\na={Name(direction)}\r\n");
    }

    static string Name(MediaDirection direction) => direction switch
    {
        MediaDirection.SendOnly => "sendonly",
        MediaDirection.RecvOnly => "recvonly",
        MediaDirection.Inactive => "inactive",
        _ => "sendrecv",
    };
}
