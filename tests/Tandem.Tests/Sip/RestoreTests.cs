using Tandem.Sip;

namespace Tandem.Tests.Sip;

public class RestoreTests
{
    readonly FakeNetwork _network = new();
    readonly Phone _ana;
    readonly Phone _bo;

    public RestoreTests()
    {
        _ana = new Phone(_network, "ana", 1);
        _bo = new Phone(_network, "bo", 2);
    }

    [Fact]
    public void A_ringing_call_is_answered_by_the_successor()
    {
        _bo.OnRequest = _ => _bo.Answer(180);
        _ana.Call(_bo);
        _network.Run(0.1);
        byte[] raw = _bo.Incoming!.Request.Raw.ToArray();
        Flow flow = _bo.Incoming.Flow;
        _bo.Crash();
        InviteServerTransaction restored = _bo.Stack.RestoreInviteServer(raw, flow, "to-1"u8, null, _network.NowUs, Phone.Bytes(_bo.Contact))!;
        _bo.Stack.Receive(raw, flow, _network.NowUs);
        Assert.Equal(1, _bo.Stack.Counters.RetransmissionsAbsorbed);
        _bo.Answer(200, restored);
        _network.Run(1);
        Assert.Equal(["Invite 180", "Invite 200"], _ana.Events);
        Assert.Equal(["INVITE", "acked"], _bo.Events);
        Assert.Equal(1, _ana.Stack.Dialogs);
    }

    [Fact]
    public void An_INVITE_sent_again_after_a_crash_is_a_retransmission_to_the_peer()
    {
        _bo.OnRequest = _ => _bo.Answer(180);
        _ana.Call(_bo, branch: "z9hG4bK-fixed");
        _network.Run(0.1);
        byte[] first = _ana.LastInvite;
        _ana.Crash();
        _ana.Call(_bo, branch: "z9hG4bK-fixed");
        Assert.Equal(first, _ana.LastInvite);
        _network.Run(0.1);
        Assert.Equal(["INVITE"], _bo.Events);
        Assert.Equal(2, _ana.Count("Invite 180"));
        _bo.Answer(200);
        _network.Run(1);
        Assert.Equal(["INVITE", "acked"], _bo.Events);
    }

    [Fact]
    public void A_confirmed_dialog_goes_on_after_a_crash_on_both_ends()
    {
        _bo.OnRequest = _ => _bo.Answer(200);
        _ana.Call(_bo);
        _network.Run(0.1);
        byte[] anas = SipStack.Save(_ana.Dialog!);
        byte[] bos = SipStack.Save(_bo.Incoming!.Dialog!);
        _ana.Crash();
        _bo.Crash();
        Dialog ana = _ana.Stack.RestoreDialog(anas, "ana", _network.NowUs)!;
        Dialog bo = _bo.Stack.RestoreDialog(bos, "bo", _network.NowUs)!;
        Assert.Equal(anas, SipStack.Save(ana));
        Assert.Equal(bos, SipStack.Save(bo));
        _bo.OnDialogRequest = (_, request) => _bo.Answer(200, request);
        _ana.OnDialogRequest = (_, request) => _ana.Answer(200, request);
        _ana.Send(SipMethod.Invite, 1001, out _, ana);
        _network.Run(1);
        _bo.Send(SipMethod.Bye, 1001, out _, bo);
        _network.Run(1);
        Assert.Equal(1, _bo.Count("in dialog INVITE"));
        Assert.Equal(1, _bo.Count("Bye 200"));
        Assert.Equal(0, _ana.Stack.Dialogs + _bo.Stack.Dialogs);
    }

    [Fact]
    public void A_200_without_ACK_is_repeated_by_the_successor()
    {
        _network.Drops = message => message.StartsWith("ACK");
        _bo.OnRequest = _ => _bo.Answer(200);
        _ana.Call(_bo);
        _network.Run(0.1);
        byte[] saved = SipStack.Save(_bo.Incoming!.Dialog!);
        _bo.Crash();
        _network.Drops = _ => false;
        Dialog restored = _bo.Stack.RestoreDialog(saved, null, _network.NowUs)!;
        Assert.True(restored.IsAckAwaited);
        _network.Run(1);
        Assert.Equal(1, _bo.Count("acked"));
    }

    [Fact]
    public void A_2xx_that_comes_again_after_the_callers_crash_is_acknowledged()
    {
        _bo.OnRequest = _ => _bo.Answer(200);
        int acks = 0;
        _network.Drops = message => message.StartsWith("ACK") && ++acks == 1;
        _ana.Call(_bo);
        _network.Run(0.1);
        byte[] saved = SipStack.Save(_ana.Dialog!);
        _ana.Crash();
        _ana.Stack.RestoreDialog(saved, null, _network.NowUs);
        _network.Run(2);
        Assert.Equal(1, _bo.Count("acked"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("no checkpoint")]
    public void Bytes_that_are_no_checkpoint_restore_nothing(string text) => Assert.Null(_ana.Stack.RestoreDialog(Phone.Bytes(text), null, 0));
}
