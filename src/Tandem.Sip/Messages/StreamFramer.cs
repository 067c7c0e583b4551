using System.Text;

namespace Tandem.Sip;

public enum FrameVerdict : byte
{
    NeedMore,
    Message,

    /// <summary>CRLFCRLF: a peer's keepalive ping, to be answered by CRLF (RFC 5626 §3.5.1).</summary>
    Ping,

    /// <summary>Nothing on this stream can be trusted any more: close it.</summary>
    Malformed,
}

/// <summary>Finds message ends in a byte stream. RFC 3261 §7.5, §18.3: a stream message must say its length.</summary>
public static class StreamFramer
{
    /// <summary>
    /// Looks at what has arrived. Message: its first <paramref name="length"/> bytes are one, to be taken off.
    /// NeedMore: <paramref name="length"/> bytes are line ends to be taken off, the rest stays.
    /// </summary>
    public static FrameVerdict Next(ReadOnlySpan<byte> arrived, out int length, out Malformed fault)
    {
        fault = Malformed.No;
        length = 0;
        if (arrived.StartsWith("\r\n\r\n"u8))
        {
            length = 4;
            return FrameVerdict.Ping;
        }
        if (arrived.StartsWith("\r\n"u8))
        {
            if (arrived.Length < 4 && arrived[2..] is [] or [(byte)'\r']) return FrameVerdict.NeedMore;
            FrameVerdict verdict = Next(arrived[2..], out length, out fault);
            length += 2;
            return verdict;
        }
        int headEnd = arrived.IndexOf("\r\n\r\n"u8);
        if (headEnd < 0)
        {
            if (arrived.Length < SipLimits.MessageBytesMax) return FrameVerdict.NeedMore;
            fault = Malformed.TooLong;
            return FrameVerdict.Malformed;
        }
        fault = FindContentLength(arrived[..(headEnd + 2)], out long body);
        if (fault == Malformed.No && headEnd + 4 + body > SipLimits.MessageBytesMax) fault = Malformed.TooLong;
        if (fault != Malformed.No) return FrameVerdict.Malformed;
        if (arrived.Length < headEnd + 4 + body) return FrameVerdict.NeedMore;
        length = headEnd + 4 + (int)body;
        return FrameVerdict.Message;
    }

    static Malformed FindContentLength(ReadOnlySpan<byte> head, out long length)
    {
        length = -1;
        while (!head.IsEmpty)
        {
            int end = head.IndexOf("\r\n"u8);
            ReadOnlySpan<byte> line = head[..end];
            head = head[(end + 2)..];
            int colon = line.IndexOf((byte)':');
            if (colon <= 0) continue;
            if (HeaderNames.Parse(line[..colon].TrimEnd(" \t"u8)) != HeaderKind.ContentLength) continue;
            if (length >= 0) return Malformed.Doubled;
            while (head is [(byte)' ' or (byte)'\t', ..])           // a folded value
            {
                if (!line[(colon + 1)..].Trim(" \t"u8).IsEmpty) return Malformed.BadContentLength;
                end = head.IndexOf("\r\n"u8);
                line = head[..end];
                colon = -1;
                head = head[(end + 2)..];
            }
            var scan = new Scanner(line[(colon + 1)..].Trim(" \t"u8));
            if (!scan.TryNumber(int.MaxValue, out length) || !scan.AtEnd) return Malformed.BadContentLength;
        }
        return length < 0 ? Malformed.MissingContentLength : Malformed.No;
    }
}
