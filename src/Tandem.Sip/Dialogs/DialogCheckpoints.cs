using System.Buffers.Binary;
using Google.Protobuf;
using Tandem.Sip.Schema;

namespace Tandem.Sip;

/// <summary>Dialogs as bytes, for a journal.</summary>
static class DialogCheckpoints
{
    public static byte[] Save(Dialog dialog)
    {
        var saved = new DialogCheckpoint
        {
            CallId = Bytes(dialog.CallId),
            LocalTag = Bytes(dialog.LocalTag),
            RemoteTag = Bytes(dialog.RemoteTag),
            LocalAddress = Bytes(dialog.LocalAddress),
            RemoteAddress = Bytes(dialog.RemoteAddress),
            LocalContact = Bytes(dialog.LocalContact),
            RemoteTarget = Bytes(dialog.RemoteTarget),
            LocalCseq = dialog.LocalCSeq,
            RemoteCseq = dialog.RemoteCSeq,
            HasRemoteCseq = dialog.HasRemoteCSeq,
            InviteCseq = dialog.InviteCSeq,
            AcceptedCseq = dialog.AcceptedCSeq,
            IsUas = dialog.IsUas,
            IsSecure = dialog.IsSecure,
            IsConfirmed = dialog.State == DialogState.Confirmed,
            Flow = Save(dialog.Flow),
        };
        foreach (byte[] route in dialog.RouteSet) saved.RouteSet.Add(Bytes(route));
        if (dialog.PendingOk is not null)
        {
            saved.PendingOk = Bytes(dialog.PendingOk);
            saved.OkFlow = Save(dialog.OkFlow);
        }
        if (dialog.Ack is not null)
        {
            saved.Ack = Bytes(dialog.Ack);
            saved.AckCseq = dialog.AckCSeq;
            saved.AckFlow = Save(dialog.AckFlow);
        }
        return saved.ToByteArray();
    }

    /// <summary>Null: not a checkpoint.</summary>
    public static DialogCheckpoint? Read(ReadOnlySpan<byte> bytes)
    {
        try
        {
            DialogCheckpoint saved = DialogCheckpoint.Parser.ParseFrom(bytes);
            return saved.Flow is null || saved.CallId.IsEmpty ? null : saved;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    public static Dialog Restore(SipStack stack, byte[] key, DialogCheckpoint saved) => new(stack, key)
    {
        State = saved.IsConfirmed ? DialogState.Confirmed : DialogState.Early,
        IsUas = saved.IsUas,
        IsSecure = saved.IsSecure,
        CallId = saved.CallId.ToByteArray(),
        LocalTag = saved.LocalTag.ToByteArray(),
        RemoteTag = saved.RemoteTag.ToByteArray(),
        LocalAddress = saved.LocalAddress.ToByteArray(),
        RemoteAddress = saved.RemoteAddress.ToByteArray(),
        LocalContact = saved.LocalContact.ToByteArray(),
        RemoteTarget = saved.RemoteTarget.ToByteArray(),
        RouteSet = [.. saved.RouteSet.Select(route => route.ToByteArray())],
        LocalCSeq = saved.LocalCseq,
        RemoteCSeq = saved.RemoteCseq,
        HasRemoteCSeq = saved.HasRemoteCseq,
        InviteCSeq = saved.InviteCseq,
        AcceptedCSeq = saved.AcceptedCseq,
        Flow = Restore(saved.Flow),
        Ack = saved.Ack.IsEmpty ? null : saved.Ack.ToByteArray(),
        AckCSeq = saved.AckCseq,
        AckFlow = saved.AckFlow is null ? default : Restore(saved.AckFlow),
    };

    public static Flow Restore(FlowCheckpoint saved) => new(
        saved.Transport == 0 ? TransportKind.Udp : TransportKind.Tcp, saved.Connection,
        Point(saved.RemoteAddress.Span, saved.RemotePort), Point(saved.LocalAddress.Span, saved.LocalPort));

    static FlowCheckpoint Save(in Flow flow) => new()
    {
        Transport = (uint)flow.Kind,
        Connection = flow.Connection,
        RemoteAddress = Address(flow.Remote),
        RemotePort = flow.Remote.Port,
        LocalAddress = Address(flow.Local),
        LocalPort = flow.Local.Port,
    };

    static SipEndPoint Point(ReadOnlySpan<byte> address, uint port) => address.Length == 16
        ? new SipEndPoint(BinaryPrimitives.ReadUInt128BigEndian(address), (ushort)port, IsV6: true)
        : new SipEndPoint(address.Length == 4 ? BinaryPrimitives.ReadUInt32BigEndian(address) : 0, (ushort)port, IsV6: false);

    static ByteString Address(SipEndPoint point)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, point.Address);
        return ByteString.CopyFrom(point.IsV6 ? bytes : bytes[12..]);
    }

    static ByteString Bytes(byte[] bytes) => ByteString.CopyFrom(bytes);
}
