using System.Text;
using Tandem.Sip;

namespace Tandem.Tests.Sip;

/// <summary>Messages written by hand, as a foreign peer would send them.</summary>
static class Messages
{
    public static byte[] Request(string method, string branch, string uri = "sip:bo@b.test", string extra = "", string to = "<sip:bo@b.test>") => Encoding.UTF8.GetBytes(
        $"{method} {uri} SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch={branch}\r\nFrom: <sip:ana@a.test>;tag=from-ana\r\nTo: {to}\r\n" +
        $"Call-ID: hand-1\r\nCSeq: 1 {method}\r\nMax-Forwards: 70\r\nContact: <sip:ana@192.0.2.1>\r\n{extra}Content-Length: 0\r\n\r\n");

    public static byte[] InDialog(Dialog sender, string method, uint cseq, string branch) => Encoding.UTF8.GetBytes(
        $"{method} sip:bo@192.0.2.2 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch={branch}\r\nFrom: {Encoding.UTF8.GetString(sender.LocalAddress)}\r\n" +
        $"To: {Encoding.UTF8.GetString(sender.RemoteAddress)}\r\nCall-ID: {Encoding.UTF8.GetString(sender.CallId)}\r\nCSeq: {cseq} {method}\r\n" +
        "Contact: <sip:ana@192.0.2.1>\r\nMax-Forwards: 70\r\nContent-Length: 0\r\n\r\n");

    public static byte[] Response(SipMessage request, int status, string tag, string contact, string extra = "") => Encoding.UTF8.GetBytes(
        $"SIP/2.0 {status} Fine\r\nVia: {Encoding.UTF8.GetString(request.Header(HeaderKind.Via))}\r\nFrom: {Encoding.UTF8.GetString(request.Header(HeaderKind.From))}\r\n" +
        $"To: {Encoding.UTF8.GetString(request.Header(HeaderKind.To))};tag={tag}\r\nCall-ID: {Encoding.UTF8.GetString(request.CallId)}\r\n" +
        $"CSeq: {request.CSeq} {Encoding.UTF8.GetString(request.MethodName)}\r\nContact: {contact}\r\n{extra}Content-Length: 0\r\n\r\n");
}
