using System.Text;
using Tandem.Sip;

namespace Tandem.Tests.Sip;

public class RegisterAndSdpTests
{
    static RegisterFault Read(string contacts, out RegisterView? view, string to = "<sip:Bo@B.test;x=1>")
    {
        string text = Encoding.ASCII.GetString(Messages.Request("REGISTER", "z9hG4bK-1", "sip:b.test", contacts, to)).Replace("Contact: <sip:ana@192.0.2.1>\r\n", "");
        Assert.Equal(Malformed.No, SipParser.Parse(Encoding.ASCII.GetBytes(text), out SipMessage? request));
        return RegisterView.Read(request!, new RegisterLimits(), out view);
    }

    [Fact]
    public void Bindings_carry_their_own_or_the_common_expiry()
    {
        Assert.Equal(RegisterFault.No, Read("Expires: 600\r\nContact: <sip:a@192.0.2.5>;expires=120;q=0.25, <sip:b@192.0.2.6;p>;reg-id=2;+sip.instance=\"<urn:x>\"\r\n", out RegisterView? view));
        Assert.Equal("sip:Bo@b.test", Encoding.ASCII.GetString(view!.AddressOfRecord));
        Assert.Equal([120u, 600u], view.Bindings.Select(b => b.ExpiresSeconds));
        Assert.Equal([250, 1000], view.Bindings.Select(b => b.QThousandths));
        Assert.Equal("sip:b@192.0.2.6;p", Encoding.ASCII.GetString(view.Bindings[1].Uri));
        Assert.Equal(("<urn:x>", 2u), (view.Bindings[1].Instance, view.Bindings[1].RegId));
    }

    [Theory]
    [InlineData("Contact: *\r\nExpires: 0\r\n", RegisterFault.No)]
    [InlineData("Contact: *\r\n", RegisterFault.BadContact)]
    [InlineData("Contact: *\r\nExpires: 60\r\n", RegisterFault.BadContact)]
    [InlineData("Contact: *\r\nContact: <sip:a@b.test>\r\nExpires: 0\r\n", RegisterFault.BadContact)]
    [InlineData("Contact: <sip:a@b.test>;expires=5\r\n", RegisterFault.TooBrief)]
    [InlineData("Contact: <sip:a@b.test>;expires=0\r\n", RegisterFault.No)]
    [InlineData("Contact: <name:John>\r\n", RegisterFault.BadContact)]
    [InlineData("", RegisterFault.No)]
    public void Contacts_are_judged_by_RFC_3261(string contacts, RegisterFault expected) => Assert.Equal(expected, Read(contacts, out _));

    [Fact]
    public void Two_users_that_differ_after_an_escaped_NUL_stay_two()
    {
        Read("Contact: <sip:x%00@b.test>\r\nContact: <sip:x%00y@b.test>\r\n", out RegisterView? view);
        Assert.NotEqual(view!.Bindings[0].Uri, view.Bindings[1].Uri);
        Assert.Equal(RegisterFault.BadAddressOfRecord, Read("", out _, to: "isbn:2983792873"));
    }

    [Theory]
    [InlineData("c=IN IP4 192.0.2.7\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0 8\r\n", MediaDirection.SendRecv, "192.0.2.7", 4000, false)]
    [InlineData("c=IN IP4 0.0.0.0\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n", MediaDirection.SendRecv, "0.0.0.0", 4000, true)]
    [InlineData("c=IN IP4 192.0.2.7\r\na=sendonly\r\nm=audio 4000 RTP/AVP 0\r\n", MediaDirection.SendOnly, "192.0.2.7", 4000, true)]
    [InlineData("a=inactive\r\nm=audio 4000/2 RTP/AVP 0\r\nc=IN IP6 2001:db8::7\r\na=recvonly\r\nm=video 6 RTP/AVP 99\r\nc=IN IP4 1.1.1.1\r\na=sendonly\r\n", MediaDirection.RecvOnly, "2001:db8::7", 4000, false)]
    [InlineData("m=video 6 RTP/AVP 99\r\nm=audio 0 RTP/AVP 0\r\n", MediaDirection.SendRecv, "", 0, false)]
    public void Sdp_says_where_audio_goes_and_whether_it_is_held(string lines, MediaDirection direction, string address, int port, bool hold)
    {
        Assert.True(SdpView.TryParse(Encoding.ASCII.GetBytes("v=0\r\no=- 12 34 IN IP4 192.0.2.7\r\ns=-\r\n" + lines), out SdpView sdp));
        Assert.Equal((direction, address, port, hold, 34ul), (sdp.Direction, Encoding.ASCII.GetString(sdp.Address), sdp.AudioPort, sdp.IsHold, sdp.Version));
    }

    [Fact]
    public void The_G711_description_reads_back()
    {
        Assert.True(SdpView.TryParse(SdpFormat.G711(SipEndPoint.V4(192, 0, 2, 7, 4000), 5, 6, MediaDirection.Inactive), out SdpView sdp));
        Assert.Equal((6ul, 4000, true, "0 8 101"), (sdp.Version, sdp.AudioPort, sdp.IsHold, Encoding.ASCII.GetString(sdp.AudioFormats)));
    }
}
