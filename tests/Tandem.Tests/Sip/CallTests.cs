using System.Text;
using Tandem.Sip;

namespace Tandem.Tests.Sip;

public class CallTests
{
    readonly FakeNetwork _network = new();
    readonly Phone _ana;
    readonly Phone _bo;

    public CallTests()
    {
        _ana = new Phone(_network, "ana", 1);
        _bo = new Phone(_network, "bo", 2);
    }

    void Connect()
    {
        _bo.OnRequest = _ => _bo.Answer(180);
        _ana.Call(_bo);
        _network.Run(0.1);
        _bo.Answer(200, body: "v=0\r\n");
        _network.Run(0.1);
        Assert.Equal(DialogState.Confirmed, _ana.Dialog!.State);
        Assert.Equal(1, _bo.Count("acked"));
    }

    [Fact]
    public void A_call_is_set_up_and_hung_up()
    {
        Connect();
        _bo.OnDialogRequest = (_, request) => _bo.Answer(200, request);
        _ana.Send(SipMethod.Bye, 2);
        _network.Run(60);
        Assert.Equal(["Invite 180", "Invite 200", "Bye 200"], _ana.Events);
        Assert.Equal(["INVITE", "acked", "in dialog BYE"], _bo.Events);
        Assert.Equal((0, 0, 0), (_ana.Stack.Dialogs, _ana.Stack.ClientTransactions, _ana.Stack.ServerTransactions));
        Assert.Equal((0, 0, 0), (_bo.Stack.Dialogs, _bo.Stack.ClientTransactions, _bo.Stack.ServerTransactions));
        Assert.Equal(long.MaxValue, _bo.Stack.NextTimerUs);
    }

    [Fact]
    public void Nothing_is_answered_before_the_user_answers()
    {
        _ana.Call(_bo);
        _network.Run(20);
        Assert.All(_network.Carried, line => Assert.StartsWith("INVITE", line));
        Assert.True(_network.Carried.Count > 4);
        Assert.Equal(["INVITE"], _bo.Events);
        Assert.Equal(_network.Carried.Count - 1, _bo.Stack.Counters.RetransmissionsAbsorbed);
    }

    [Fact]
    public void An_INVITE_without_answer_fails_after_32_seconds()
    {
        _network.Drops = _ => true;
        _ana.Call(_bo);
        _network.Run(33);
        Assert.Equal(["Invite failed: TimedOut"], _ana.Events);
        Assert.Equal(7, _network.Carried.Count);
    }

    [Fact]
    public void A_lost_ACK_of_a_2xx_is_sent_again_for_each_copy_of_the_2xx()
    {
        int acks = 0;
        _network.Drops = message => message.StartsWith("ACK") && ++acks <= 2;
        Connect_without_ack();
        _network.Run(5);
        Assert.Equal(3, acks);
        Assert.Equal(1, _bo.Count("acked"));
        Assert.Equal(1, _ana.Count("Invite 200"));
        Assert.False(_bo.Incoming!.Dialog!.IsAckAwaited);
    }

    void Connect_without_ack()
    {
        _bo.OnRequest = _ => _bo.Answer(200, body: "v=0\r\n");
        _ana.Call(_bo);
        _network.Run(0.1);
    }

    [Fact]
    public void A_missing_ACK_is_reported_after_32_seconds()
    {
        _network.Drops = message => message.StartsWith("ACK");
        Connect_without_ack();
        _network.Run(40);
        Assert.Equal(["INVITE", "ack missing"], _bo.Events);
        Assert.Equal(11, _network.Carried.Count(line => line == "SIP/2.0 200 OK"));
    }

    [Fact]
    public void A_late_ACK_carries_the_answer_to_our_offer()
    {
        _ana.AcknowledgesAtOnce = false;
        Connect_without_ack();
        _network.Run(3);
        Assert.Equal(1, _ana.Count("Invite 200"));
        Assert.Equal(0, _bo.Count("acked"));
        _ana.Acknowledge(_ana.Dialog!, "v=0\r\no=answer\r\n");
        _network.Run(1);
        Assert.Equal(1, _bo.Count("acked"));
        Assert.Equal("v=0\r\no=answer\r\n", Encoding.ASCII.GetString(_bo.LastAck!.Body));
    }

    [Fact]
    public void A_refusal_is_repeated_until_its_ACK()
    {
        int acks = 0;
        _network.Drops = message => message.StartsWith("ACK") && ++acks == 1;
        _bo.OnRequest = _ => _bo.Answer(486);
        _ana.Call(_bo);
        _network.Run(40);
        Assert.Equal(["Invite 486"], _ana.Events);
        Assert.Equal(["INVITE"], _bo.Events);
        Assert.Equal(2, acks);
    }

    [Fact]
    public void A_CANCEL_waits_for_a_provisional_response()
    {
        InviteClientTransaction call = _ana.Call(_bo);
        _network.Run(0.1);
        _ana.Stack.Cancel(call, _network.NowUs);
        _network.Run(0.1);
        Assert.DoesNotContain(_network.Carried, line => line.StartsWith("CANCEL"));
        _bo.Answer(180);
        _network.Run(1);
        Assert.Equal(["INVITE", "cancelled"], _bo.Events);
        Assert.Equal(["Invite 180", "Invite 487"], _ana.Events);
        _network.Run(60);
        Assert.Equal(0, _bo.Stack.ServerTransactions + _bo.Stack.Dialogs + _ana.Stack.ClientTransactions + _ana.Stack.Dialogs);
    }

    [Fact]
    public void A_CANCEL_that_crosses_the_200_leaves_an_answered_call_to_hang_up()
    {
        _bo.OnRequest = _ => _bo.Answer(180);
        _ana.Call(_bo);
        _network.Run(0.1);
        _bo.Answer(200);
        _ana.Stack.Cancel(_ana.Outgoing!, _network.NowUs);
        _network.Run(0.1);
        Assert.True(_ana.Outgoing!.IsCancelRequested);
        Assert.Equal(1, _ana.Count("Invite 200"));
        Assert.Equal(1, _bo.Count("cancelled"));
        _bo.OnDialogRequest = (_, request) => _bo.Answer(200, request);
        _ana.Send(SipMethod.Bye, 2);
        _network.Run(1);
        Assert.Equal(1, _ana.Count("Bye 200"));
    }

    [Fact]
    public void A_CANCEL_without_its_INVITE_gets_481()
    {
        _bo.Stack.Receive(Messages.Request("CANCEL", "z9hG4bK-nobody"), _bo.To(_ana), _network.NowUs);
        Assert.Equal("SIP/2.0 481 Call/Transaction Does Not Exist", _network.Carried[^1]);
        Assert.Empty(_bo.Events);
    }

    [Fact]
    public void A_BYE_that_crosses_a_reINVITE_ends_the_call()
    {
        Connect();
        _bo.OnDialogRequest = (dialog, request) => _bo.Answer(request.Method == SipMethod.Bye ? 200 : 488, request);
        _ana.OnDialogRequest = (_, request) => _ana.Answer(200, request);
        _ana.Send(SipMethod.Invite, 2);
        _bo.Send(SipMethod.Bye, 1, out _, _bo.Incoming!.Dialog);
        _network.Run(60);
        Assert.Equal(1, _bo.Count("Bye 200"));
        Assert.Equal(1, _ana.Count("in dialog BYE"));
        Assert.Equal(0, _ana.Stack.Dialogs + _bo.Stack.Dialogs);
    }

    [Fact]
    public void Two_reINVITEs_that_cross_get_491()
    {
        Connect();
        _ana.Send(SipMethod.Invite, 2);
        _bo.Send(SipMethod.Invite, 1, out _, _bo.Incoming!.Dialog);
        _network.Run(1);
        Assert.Equal(1, _ana.Count("Invite 491"));
        Assert.Equal(1, _bo.Count("Invite 491"));
    }

    [Fact]
    public void A_second_reINVITE_before_the_first_is_answered_gets_500()
    {
        Connect();
        _ana.Send(SipMethod.Invite, 2);
        _network.Run(0.1);
        Assert.Null(_ana.Send(SipMethod.Invite, 3, out Refused refused));
        Assert.Equal(Refused.InvitePending, refused);
        byte[] second = Messages.InDialog(_ana.Dialog!, "INVITE", 3, "z9hG4bK-second");
        _bo.Stack.Receive(second, _bo.To(_ana), _network.NowUs);
        Assert.Equal("SIP/2.0 500 Server Internal Error", _network.Carried[^1]);
    }

    [Fact]
    public void A_reINVITE_is_answered_acknowledged_and_moves_the_target()
    {
        Connect();
        _bo.OnDialogRequest = (_, request) => _bo.Answer(200, request);
        _ana.Dialog!.LocalContact = Phone.Bytes("<sip:ana@192.0.2.77:5070>");
        _ana.Send(SipMethod.Invite, 2);
        _network.Run(1);
        Assert.Equal(2, _bo.Count("acked"));
        Assert.Equal("sip:ana@192.0.2.77:5070", Encoding.ASCII.GetString(_bo.Incoming!.Dialog!.RemoteTarget));
    }

    [Fact]
    public void A_reINVITE_of_the_peer_does_not_change_what_our_late_ACK_acknowledges()
    {
        _ana.AcknowledgesAtOnce = false;
        Connect_without_ack();
        _ana.OnDialogRequest = (_, request) => _ana.Answer(200, request);
        _bo.Send(SipMethod.Invite, 40, out _, _bo.Incoming!.Dialog);
        _network.Run(0.1);
        _ana.Acknowledge(_ana.Dialog!);
        _network.Run(0.1);
        Assert.Equal(1, _bo.Count("acked"));
        Assert.Equal(1u, _bo.LastAck!.CSeq);
    }

    [Fact]
    public void A_request_with_a_lower_CSeq_gets_500()
    {
        Connect();
        _bo.Stack.Receive(Messages.InDialog(_ana.Dialog!, "INFO", 9, "z9hG4bK-i9"), _bo.To(_ana), _network.NowUs);
        _bo.Stack.Receive(Messages.InDialog(_ana.Dialog!, "INFO", 8, "z9hG4bK-i8"), _bo.To(_ana), _network.NowUs);
        Assert.Equal(1, _bo.Count("in dialog INFO"));
        Assert.Equal("SIP/2.0 500 CSeq Out Of Order", _network.Carried[^1]);
    }

    [Fact]
    public void A_request_for_an_unknown_dialog_gets_481()
    {
        Connect();
        byte[] bye = Messages.InDialog(_ana.Dialog!, "BYE", 9, "z9hG4bK-x");
        _bo.Crash();
        _bo.Stack.Receive(bye, _bo.To(_ana), _network.NowUs);
        Assert.StartsWith("SIP/2.0 481", _network.Carried[^1]);
    }

    [Fact]
    public void A_CSeq_that_does_not_grow_is_refused()
    {
        Connect();
        Assert.Null(_ana.Send(SipMethod.Info, 1, out Refused refused));
        Assert.Equal(Refused.CSeqNotGrowing, refused);
    }

    [Fact]
    public void A_second_2xx_of_a_fork_is_acknowledged_and_hung_up()
    {
        _ana.Call(_bo);
        _network.Run(0.1);
        SipMessage invite = _bo.Incoming!.Request;
        foreach (string tag in new[] { "one", "two", "two" })
            _ana.Stack.Receive(Messages.Response(invite, 200, tag, "<sip:bo@192.0.2.2:5060>"), _ana.To(_bo), _network.NowUs);
        Assert.Equal(1, _ana.Count("Invite 200"));
        Assert.Equal(1, _ana.Stack.Counters.ForksEnded);
        Assert.Equal(3, _network.Carried.Count(line => line.StartsWith("ACK")));
        Assert.Equal(1, _network.Carried.Count(line => line.StartsWith("BYE")));
    }

    [Fact]
    public void Route_sets_are_reversed_for_the_caller_and_strict_routers_get_the_Request_URI()
    {
        _ana.Call(_bo);
        _network.Run(0.1);
        byte[] ok = Messages.Response(_bo.Incoming!.Request, 200, "one", "<sip:bo@192.0.2.2>", "Record-Route: <sip:p2.test;lr>, <sip:p1.test>\r\n");
        _ana.Stack.Receive(ok, _ana.To(_bo), _network.NowUs);
        Assert.Equal("ACK sip:p1.test SIP/2.0", _network.Carried[^1]);
        Assert.Equal(["<sip:p1.test>", "<sip:p2.test;lr>"], _ana.Dialog!.RouteSet.Select(Encoding.ASCII.GetString));
    }

    [Fact]
    public void Beyond_the_limit_a_new_INVITE_gets_503()
    {
        var small = new Phone(_network, "small", 9, new SipStackOptions { TransactionsMax = 1 });
        _ana.Call(small, callId: "a");
        _ana.Call(small, callId: "b");
        _network.Run(0.1);
        Assert.Equal(["INVITE"], small.Events);
        Assert.Equal(1, small.Stack.Counters.Overloads);
        Assert.Equal(1, _ana.Count("Invite 503"));
        Assert.Equal(5, _ana.LastResponse!.Number(HeaderKind.RetryAfter));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    public void Calls_survive_loss_duplication_and_reordering(int seed)
    {
        var network = new FakeNetwork(seed) { Loss = 0.2, Duplication = 0.2, JitterUs = 300_000 };
        var ana = new Phone(network, "ana", 1);
        var bo = new Phone(network, "bo", 2);
        bo.OnRequest = _ =>
        {
            bo.Answer(180);
            bo.Answer(200);
        };
        bo.OnDialogRequest = (_, request) => bo.Answer(200, request);
        const int Calls = 50;
        for (int i = 0; i < Calls; i++) ana.Call(bo, callId: $"call-{i}");
        network.Run(34);
        int answered = ana.Count("Invite 200");
        Assert.Equal(Calls, bo.Count("INVITE"));
        Assert.Equal(Calls, answered);
        Assert.Equal(Calls, bo.Count("acked") + bo.Count("ack missing"));
        Assert.Equal(0, bo.Count("ack missing"));
        network.Run(200);
        Assert.Equal(0, ana.Stack.ClientTransactions + bo.Stack.ServerTransactions);
        Assert.Equal(Calls, ana.Stack.Dialogs);
    }
}
