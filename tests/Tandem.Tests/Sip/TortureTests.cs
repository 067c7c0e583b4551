using System.Text;
using Tandem.Sip;

namespace Tandem.Tests.Sip;

/// <summary>The faults and oddities of RFC 4475 and RFC 5118, in messages of our own. Names in brackets are the RFC's.</summary>
public class TortureTests
{
    readonly FakeNetwork _network = new();
    readonly Phone _bo;

    public TortureTests() => _bo = new Phone(_network, "bo", 2);

    /// <summary>{0}: what replaces a line of a good INVITE; "-Name" removes that line.</summary>
    static string Invite(params string[] changes)
    {
        var lines = new List<string>
        {
            "INVITE sip:bo@b.test SIP/2.0",
            "Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK-torture",
            "Max-Forwards: 68",
            "From: \"Ana\" <sip:ana@a.test>;tag=f1",
            "To: Bo <sip:bo@b.test>",
            "Call-ID: torture-1@192.0.2.1",
            "CSeq: 7 INVITE",
            "Contact: <sip:ana@192.0.2.1>",
            "Content-Length: 0",
        };
        foreach (string change in changes)
        {
            string name = change.TrimStart('-', '+').Split(' ', ':')[0];
            int index = lines.FindIndex(line => line.StartsWith(name + ":") || (line.StartsWith(name + " ") && name == "INVITE"));
            if (change[0] == '-') lines.RemoveAt(index);
            else if (change[0] == '+' || index < 0) lines.Add(change.TrimStart('+'));
            else lines[index] = change;
        }
        return string.Join("\r\n", lines) + "\r\n\r\n";
    }

    static readonly string s_register = Invite("-Contact", "CSeq: 7 REGISTER").Replace("INVITE sip:bo@b.test", "REGISTER sip:b.test");

    static string With(string message, string line) => message.Insert(message.Length - 2, line + "\r\n");

    public static TheoryData<string, string, int> Verdicts => new()
    {
        // what, message, status sent by the stack (0: it reaches the user, -1: silence)
        { "plain", Invite(), 0 },
        { "folds, compact forms and white space everywhere (wsinv)",
            "INVITE sip:bo@b.test;x=y SIP/2.0\r\nTO :\r\n sip:bo@b.test ;   tag    = 98\r\nfrom   : \"Ana \\\\\\\"\"       <sip:ana@a.test>\r\n  ;\r\n  tag = f1\r\n" +
            "MaX-fOrWaRdS: 0068\r\nCall-ID: ws.1@a.test\r\nCSeq: 0009\r\n  INVITE\r\nVia  : SIP  / 2.0\r\n /UDP\r\n    192.0.2.1;branch=z9hG4bK-ws\r\ns :\r\n" +
            "NewFangled:   new\r\n more data ; ;;\r\nv:  SIP  / 2.0  / TCP     relay.test  ;\r\n  branch  =   z9hG4bK-9 , SIP / 2.0 / UDP 192.0.2.9 ; branch= z9hG4bK-8\r\n" +
            "m:\"Ana \\\\\" <sip:ana@192.0.2.1>\r\nl: 0\r\n\r\n".Replace("To", "To"), 481 },
        { "exotic but legal method (intmeth)", Invite("CSeq: 7 !odd-Method_*+`.%'~").Replace("INVITE sip:bo@b.test", "!odd-Method_*+`.%'~ sip:1_x~(to-be!sure)&isn't+it$/crazy?,/;;*:&it+has=1@b.test"), 501 },
        { "valid escapes (esc01)", Invite("INVITE sip:sips%3Abo%40b.test@b.test SIP/2.0"), 0 },
        { "escaped NUL in a user part (escnull)", With(s_register, "Contact: <sip:null-%00-null@b.test>"), 0 },
        { "escapes that are none, and a method that looks escaped (esc02)", s_register.Replace("REGISTER", "RE%47IST%45R").Replace("Bo <", "\"%Z%45\" <"), 501 },
        { "no space before the angle bracket (lwsdisp)", Invite("From: Ana<sip:ana@a.test>;tag=f1"), 0 },
        { "very long values (longreq)", Invite($"To: \"{new string('x', 900)}\" <sip:{new string('u', 700)}@b.test;{new string('p', 300)}={new string('v', 300)}>", $"Call-ID: {new string('c', 500)}@a.test"), 0 },
        { "bytes after the message (dblreq)", s_register + Invite(), 0 },
        { "a semicolon in the user part (semiuri)", Invite("INVITE sip:user;par=u%40b.test@b.test SIP/2.0"), 0 },
        { "five transports (transports)", Invite("+Via: SIP/2.0/SCTP x.test;branch=z9hG4bK-1", "+Via: SIP/2.0/TLS y.test;branch=z9hG4bK-2", "+Via: SIP/2.0/UNKNOWN z.test;branch=z9hG4bK-3"), 0 },
        { "stray separators in Via (badinv01)", Invite("Via: SIP/2.0/UDP 192.0.2.1;;,;,,"), 400 },
        { "stray separators in Contact (badinv01)", Invite("Contact: \"Ana\" <sip:ana@192.0.2.1>;;;;"), 400 },
        { "Content-Length beyond the body (clerr)", Invite("Content-Length: 9999"), 400 },
        { "negative Content-Length (ncl)", Invite("Content-Length: -999"), 400 },
        { "CSeq beyond 32 bits (scalar02)", s_register.Replace("CSeq: 7", "CSeq: 36893488147419103232"), 400 },
        { "Max-Forwards beyond 255 (scalar02)", Invite("Max-Forwards: 300"), 400 },
        { "Expires beyond 32 bits alone", With(s_register, "Expires: 10000000000000"), 0 },
        { "unterminated quote (quotbal)", Invite("To: \"Bo <sip:bo@b.test>"), 400 },
        { "angle brackets round the Request-URI (ltgtruri)", Invite("INVITE <sip:bo@b.test> SIP/2.0"), 400 },
        { "white space in the Request-URI (lwsruri)", Invite("INVITE sip:bo@b.test; lr SIP/2.0"), 400 },
        { "several spaces in the request line (lwsstart)", Invite("INVITE  sip:bo@b.test  SIP/2.0"), 400 },
        { "space at the end of the request line (trws)", Invite("INVITE sip:bo@b.test SIP/2.0  "), 400 },
        { "headers in the Request-URI (escruri)", Invite("INVITE sip:bo@b.test?Route=%3Csip:x.test%3E SIP/2.0"), 400 },
        { "a Date in a local zone (baddate)", Invite("Date: Fri, 01 Jan 2010 16:00:00 EST"), 0 },
        { "question mark in a bare Contact (regbadct)", With(s_register, "Contact: sip:bo@b.test?Route=%3Csip:x.test%3E"), 400 },
        { "spaces inside angle brackets (badaspec)", Invite("To: \"Bo\" < sip:bo@b.test >"), 400 },
        { "comma in an unquoted name (baddn)", Invite("From: Doe, Ana <sip:ana@a.test>;tag=f1"), 400 },
        { "another version (badvers)", Invite("INVITE sip:bo@b.test SIP/7.0"), 505 },
        { "CSeq of another method (mismatch01)", Invite("CSeq: 7 OPTIONS"), 400 },
        { "CSeq differs from an unknown method (mismatch02)", Invite("CSeq: 7 INVITE").Replace("INVITE sip", "NEWMETHOD sip"), 400 },
        { "cookie without branch (badbranch)", Invite("Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK"), 0 },
        { "no Call-ID, From, To (insuf)", Invite("-Call-ID", "-From", "-To"), 400 },
        { "unknown scheme (unkscm)", Invite("INVITE nobodyknows:totallyopaque SIP/2.0"), 416 },
        { "known but unusual scheme (novelsc)", Invite("INVITE soap.beep://192.0.2.3:3002 SIP/2.0"), 416 },
        { "required extensions nobody has (bext01)", Invite("Require: nothingSupportsThis, northeSupportsThis"), 420 },
        { "unknown body type (invut)", Invite("Content-Type: application/unknown", "Content-Length: 4") + "body", 415 },
        { "doubled From (multi01)", Invite("+From: <sip:x@a.test>;tag=2"), 400 },
        { "doubled CSeq (multi01)", Invite("+CSeq: 8 INVITE"), 400 },
        { "doubled Call-ID by its compact form", Invite("+i: other"), 400 },
        { "two Content-Lengths (mcl01)", Invite("+Content-Length: 5"), 400 },
        { "no hops left, at an end point (zeromf)", Invite("Max-Forwards: 0", "CSeq: 7 OPTIONS").Replace("INVITE sip", "OPTIONS sip"), 0 },
        { "unknown Contact parameter (cparam01)", With(s_register, "Contact: <sip:bo@192.0.2.2>;unknownparam"), 0 },
        { "unknown URI parameter (cparam02)", With(s_register, "Contact: <sip:bo@192.0.2.2;unknownparam>"), 0 },
        { "escaped header in a Contact (regescrt)", With(s_register, "Contact: <sip:bo@b.test?Route=%3Csip:x.test%3E>"), 0 },
        { "Accept without SDP (sdp01)", Invite("Accept: text/nobodyKnowsThis"), 406 },
        { "RFC 2543 INVITE (inv2543)", Invite("Via: SIP/2.0/UDP old.test", "-Max-Forwards", "-Content-Length", "From: <sip:ana@a.test>", "To: sip:bo@b.test;user=phone"), 0 },
        { "unknown scheme in To (unksm2)", s_register.Replace("To: Bo <sip:bo@b.test>", "To: isbn:2983792873"), 0 },
        { "INVITE without Contact", Invite("-Contact"), 400 },
        { "no Via at all", Invite("-Via"), -1 },
        { "a header line without name", Invite("+: nameless"), 400 },
        { "a header line without colon", Invite("+nocolon"), 400 },
        { "a bare line feed in a value", Invite("Subject: one\ntwo"), 400 },
        { "the end is missing (baddn, raw)", Invite()[..^2], 400 },
        { "tel: Request-URI", Invite("INVITE tel:+15550100;phone-context=b.test SIP/2.0"), 0 },
        { "not SIP", "GET / HTTP/1.1\r\nHost: b.test\r\n\r\n", -1 },
        { "line ends only", "\r\n\r\n", -1 },
        { "mismatched ACK", Invite("CSeq: 7 OPTIONS").Replace("INVITE sip", "ACK sip"), -1 },

        // RFC 5118
        { "IPv6 reference (4.1)", Invite("INVITE sip:[2001:db8::10] SIP/2.0", "Via: SIP/2.0/UDP [2001:db8::9:1];branch=z9hG4bK-6a"), 0 },
        { "IPv6 without brackets (4.2)", Invite("INVITE sip:2001:db8::10 SIP/2.0"), 400 },
        { "port inside the brackets (4.3)", Invite("INVITE sip:[2001:db8::10:5070] SIP/2.0"), 0 },
        { "port outside the brackets (4.4)", Invite("INVITE sip:[2001:db8::10]:5070 SIP/2.0"), 0 },
        { "received with brackets (4.5)", Invite("Via: SIP/2.0/UDP [2001:db8::9:1];received=[2001:db8::9:255];branch=z9hG4bK-6b"), 0 },
        { "received without brackets (4.5)", Invite("Via: SIP/2.0/UDP [2001:db8::9:1];received=2001:db8::9:255;branch=z9hG4bK-6c"), 0 },
        { "IPv4-mapped (4.9)", Invite("Contact: <sip:ana@[::ffff:192.0.2.10]:19823>"), 0 },
        { "extra colon (4.10)", Invite("INVITE sip:bo@[:::192.0.2.1] SIP/2.0"), 0 },
    };

    [Theory]
    [MemberData(nameof(Verdicts))]
    public void A_request_meets_its_verdict(string what, string message, int status)
    {
        _bo.Stack.Receive(Encoding.Latin1.GetBytes(message), new Flow(TransportKind.Udp, 0, SipEndPoint.V4(192, 0, 2, 1, 5060), _bo.Address), _network.NowUs);
        string sent = _network.Carried.Count == 0 ? _bo.Events.Count > 0 ? "to the user" : "silence" : _network.Carried[0];
        string expected = status switch { 0 => "to the user", -1 => "silence", _ => $"SIP/2.0 {status} " };
        Assert.True(sent.StartsWith(expected), $"{what}: {sent}");
    }

    [Theory]
    [InlineData("SIP/2.0 200 = 2**3 * 5**2 но", Malformed.No)]                 // unreason
    [InlineData("SIP/2.0 100 ", Malformed.No)]                                  // noreason
    [InlineData("SIP/2.0 100", Malformed.No)]
    [InlineData("SIP/2.0 4294967301 better", Malformed.BadStatusCode)]          // bigcode
    [InlineData("SIP/2.0 99 low", Malformed.BadStatusCode)]
    [InlineData("SIP/3.0 200 OK", Malformed.BadVersion)]
    public void A_status_line_is_read_or_dropped(string line, Malformed expected)
    {
        byte[] response = Encoding.UTF8.GetBytes(Invite().Replace("INVITE sip:bo@b.test SIP/2.0", line));
        Assert.Equal(expected, _bo.Stack.Receive(response, default, 0));
        Assert.Empty(_network.Carried);
        Assert.Empty(_bo.Events);
    }

    [Fact]
    public void A_response_with_a_foreign_Via_is_dropped()
    {
        _bo.Stack.Receive(Encoding.UTF8.GetBytes(Invite("+Via: SIP/2.0/UDP 255.255.255.255;branch=z9hG4bK-b").Replace("INVITE sip:bo@b.test SIP/2.0", "SIP/2.0 200 OK")), default, 0);
        Assert.Equal(1, _bo.Stack.Counters.Strays);
    }

    [Fact]
    public void The_tortuous_INVITE_is_understood_in_full()
    {
        var row = Verdicts.Single(each => each.Data.Item1.Contains("wsinv")).Data;
        Assert.Equal(Malformed.No, SipParser.Parse(Encoding.Latin1.GetBytes(row.Item2), out SipMessage? message));
        Assert.Equal("98", Encoding.ASCII.GetString(message!.ToTag));
        Assert.Equal("f1", Encoding.ASCII.GetString(message.FromTag));
        Assert.Equal(9u, message.CSeq);
        Assert.Equal(68, message.MaxForwards);
        Assert.Equal("z9hG4bK-ws", Encoding.ASCII.GetString(message.Branch));
        var hosts = new List<string>();
        foreach (ViaView via in message.Vias) hosts.Add(Encoding.ASCII.GetString(via.Host));
        Assert.Equal(["192.0.2.1", "relay.test", "192.0.2.9"], hosts);
        Assert.Equal("sip:ana@192.0.2.1", Encoding.ASCII.GetString(message.ContactUri));
    }

    [Fact]
    public void A_user_part_keeps_its_semicolon_and_escapes()
    {
        SipParser.Parse(Encoding.ASCII.GetBytes(Invite("INVITE sip:user;par=u%40b.test@b.test:5070;p=1 SIP/2.0")), out SipMessage? message);
        Assert.Equal("user;par=u%40b.test", Encoding.ASCII.GetString(message!.Uri.User));
        Assert.Equal(5070, message.Uri.Port);
        Assert.Equal(";p=1", Encoding.ASCII.GetString(message.Uri.Parameters));
    }

    [Fact]
    public void An_unsupported_extension_is_named()
    {
        byte[]? answer = null;
        _network.Drops = message => (answer = Encoding.UTF8.GetBytes(message)) is not null;
        _bo.Stack.Receive(Encoding.ASCII.GetBytes(Invite("Require: timer, foo", "+Require: bar")), default, 0);
        SipParser.Parse(answer, out SipMessage? response);
        Assert.Equal("foo, bar", Encoding.ASCII.GetString(response!.Header(HeaderKind.Unsupported)));
    }

    [Theory]
    [InlineData("192.0.2.1", "", "192.0.2.50:5060", "SIP/2.0/UDP 192.0.2.1;branch=z9hG4bK-r;received=192.0.2.50")]
    [InlineData("192.0.2.50:5090", "", "192.0.2.50:5090", "SIP/2.0/UDP 192.0.2.50:5090;branch=z9hG4bK-r")]
    [InlineData("10.0.0.1", ";rport", "192.0.2.50:4321", "SIP/2.0/UDP 10.0.0.1;branch=z9hG4bK-r;received=192.0.2.50;rport=4321")]
    [InlineData("phone.test:5090", ";received=1.2.3.4", "192.0.2.50:5090", "SIP/2.0/UDP phone.test:5090;branch=z9hG4bK-r;received=192.0.2.50")]
    public void Responses_go_where_the_Via_and_the_source_say(string sentBy, string parameters, string target, string via)
    {
        string? answer = null;
        _network.Drops = message => (answer = message) is not null;
        var source = new Flow(TransportKind.Udp, 0, SipEndPoint.V4(192, 0, 2, 50, 4321), _bo.Address);
        _bo.OnRequest = _ => _bo.Answer(486);
        _bo.Stack.Receive(Encoding.ASCII.GetBytes(Invite($"Via: SIP/2.0/UDP {sentBy};branch=z9hG4bK-r{parameters}")), source, 0);
        Assert.Equal(target, _bo.Incoming!.ResponseFlow.Remote.ToString());
        Assert.Contains($"Via: {via}\r\n", answer);
    }
}
