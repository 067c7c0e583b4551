using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Tandem.Bench.Pair.Traffic;

/// <summary>A SIP message as text, read without the stack that is measured: header names as Tandem writes them.</summary>
readonly record struct SipText(string Text)
{
    public bool IsResponse => Text.StartsWith("SIP/2.0 ", StringComparison.Ordinal);
    public int Status => (Text[8] - '0') * 100 + (Text[9] - '0') * 10 + (Text[10] - '0');
    /// <summary>Of a request.</summary>
    public ReadOnlySpan<char> Method => Text.AsSpan(0, Math.Max(0, Text.IndexOf(' ')));
    public ReadOnlySpan<char> CallId => Header("\r\nCall-ID:");
    public ReadOnlySpan<char> CSeq => Header("\r\nCSeq:");
    public ReadOnlySpan<char> From => Header("\r\nFrom:");
    public ReadOnlySpan<char> To => Header("\r\nTo:");
    public bool HasToTag => To.Contains(";tag=", StringComparison.Ordinal);

    public string ContactUri
    {
        get
        {
            ReadOnlySpan<char> contact = Header("\r\nContact:");
            int open = contact.IndexOf('<'), close = contact.IndexOf('>');
            return open >= 0 && close > open ? contact[(open + 1)..close].ToString() : contact.ToString();
        }
    }

    /// <summary>The user part of the URI of a From or To.</summary>
    public static string UserOf(ReadOnlySpan<char> header)
    {
        int begin = header.IndexOf("sip:", StringComparison.Ordinal) + 4;
        int end = header[begin..].IndexOf('@');
        return end < 0 ? "" : header.Slice(begin, end).ToString();
    }

    ReadOnlySpan<char> Header(string start)
    {
        int at = Text.IndexOf(start, StringComparison.Ordinal);
        if (at < 0) return default;
        at += start.Length;
        int end = Text.IndexOf("\r\n", at, StringComparison.Ordinal);
        return Text.AsSpan(at, (end < 0 ? Text.Length : end) - at).Trim();
    }

    /// <summary>What a response repeats of its request, with a tag where To has none.</summary>
    public string Answer(int status, string tag, string contact, string sdp = "")
    {
        var answer = new StringBuilder("SIP/2.0 ").Append(status).Append(" bench\r\n");
        int line = Text.IndexOf("\r\n", StringComparison.Ordinal) + 2;
        while (line < Text.Length)
        {
            int end = Text.IndexOf("\r\n", line, StringComparison.Ordinal);
            if (end <= line) break;
            ReadOnlySpan<char> header = Text.AsSpan(line, end - line);
            if (header.StartsWith("Via:") || header.StartsWith("From:") || header.StartsWith("Call-ID:") || header.StartsWith("CSeq:")) answer.Append(header).Append("\r\n");
            else if (header.StartsWith("To:"))
            {
                answer.Append(header);
                if (!header.Contains(";tag=", StringComparison.Ordinal)) answer.Append(";tag=").Append(tag);
                answer.Append("\r\n");
            }
            line = end + 2;
        }
        answer.Append("Contact: <").Append(contact).Append(">\r\n");
        if (sdp.Length > 0) answer.Append("Content-Type: application/sdp\r\n");
        return answer.Append("Content-Length: ").Append(sdp.Length).Append("\r\n\r\n").Append(sdp).ToString();
    }

    public static string Sdp(string direction, int version) =>
        $"v=0\r\no=- 1 {version} IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 40000 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\na={direction}\r\n";
}

/// <summary>A request or an answer that is sent again until something comes back: T1 of 500 ms doubled, to 4 s but for INVITE, for 32 s.</summary>
sealed class Sending(byte[] bytes, Socket socket, SocketAddress to, long firstUs, bool isInvite, Action givenUp)
{
    const long T1Us = 500_000, T2Us = 4_000_000, LifeUs = 32_000_000;

    public long FirstUs => firstUs;
    public bool IsDone { get; set; }
    long _interval = T1Us;

    public void Send(Field field)
    {
        if (IsDone) return;
        long now = Field.NowUs;
        if (now - firstUs > LifeUs)
        {
            IsDone = true;
            givenUp();
            return;
        }
        if (now - firstUs > 100_000) field.Repeated++;
        Field.Transmit(socket, bytes, to);
        field.At(now + _interval, () => Send(field));
        _interval = isInvite ? _interval * 2 : Math.Min(_interval * 2, T2Us);
    }
}
