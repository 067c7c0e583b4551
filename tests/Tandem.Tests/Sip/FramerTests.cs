using System.Text;
using Tandem.Sip;

namespace Tandem.Tests.Sip;

public class FramerTests
{
    static readonly byte[] s_first = Messages.Request("OPTIONS", "z9hG4bK-f1");
    static readonly byte[] s_second = Encoding.ASCII.GetBytes(
        "MESSAGE sip:bo@b.test SIP/2.0\r\nVia: SIP/2.0/TCP 192.0.2.1;branch=z9hG4bK-f2\r\nFrom: <sip:a@a.test>;tag=1\r\nTo: <sip:bo@b.test>\r\n" +
        "Call-ID: f2\r\nCSeq: 1 MESSAGE\r\nl :\r\n 8\r\n\r\nhi\r\n\r\n!!");

    [Fact]
    public void A_stream_cut_at_every_byte_gives_the_same_messages()
    {
        byte[] stream = [.. "\r\n"u8, .. s_first, .. "\r\n\r\n"u8, .. s_second, .. "\r\n"u8, .. s_first];
        for (int cut = 1; cut < stream.Length; cut++)
        {
            var arrived = new List<byte>();
            var messages = new List<byte[]>();
            Feed(arrived, stream.AsSpan(0, cut), messages);
            Feed(arrived, stream.AsSpan(cut), messages);
            Assert.Equal(3, messages.Count);
            Assert.Equal(s_second, messages[1]);
            foreach (byte[] message in messages) Assert.Equal(Malformed.No, SipParser.Parse(message, out _));
        }
    }

    static void Feed(List<byte> arrived, ReadOnlySpan<byte> bytes, List<byte[]> messages)
    {
        arrived.AddRange(bytes);
        while (true)
        {
            byte[] now = [.. arrived];
            FrameVerdict verdict = StreamFramer.Next(now, out int length, out _);
            Assert.NotEqual(FrameVerdict.Malformed, verdict);
            if (verdict == FrameVerdict.Message) messages.Add(Trim(now.AsSpan(0, length)));
            arrived.RemoveRange(0, length);
            if (verdict == FrameVerdict.NeedMore) return;
        }
    }

    static byte[] Trim(ReadOnlySpan<byte> message) => message.TrimStart("\r\n"u8).ToArray();

    [Theory]
    [InlineData("Subject: none\r\n", Malformed.MissingContentLength)]
    [InlineData("Content-Length: -1\r\n", Malformed.BadContentLength)]
    [InlineData("Content-Length: 3\r\nl: 3\r\n", Malformed.Doubled)]
    [InlineData("Content-Length: 99999999\r\n", Malformed.TooLong)]
    [InlineData("Content-Length: 9999999999999999999999\r\n", Malformed.BadContentLength)]
    public void A_stream_that_cannot_be_framed_is_to_be_closed(string headers, Malformed expected)
    {
        FrameVerdict verdict = StreamFramer.Next(Encoding.ASCII.GetBytes($"OPTIONS sip:b.test SIP/2.0\r\n{headers}\r\nbody"), out _, out Malformed fault);
        Assert.Equal((FrameVerdict.Malformed, expected), (verdict, fault));
    }

    [Fact]
    public void A_head_without_end_is_refused_at_the_limit() =>
        Assert.Equal(FrameVerdict.Malformed, StreamFramer.Next(Encoding.ASCII.GetBytes(new string('x', SipLimits.MessageBytesMax)), out _, out _));
}
