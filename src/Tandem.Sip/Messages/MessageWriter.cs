using System.Buffers;
using System.Buffers.Text;
using System.Text;

namespace Tandem.Sip;

/// <summary>Formats messages into one buffer that is used again and again. Values are copied as they are: whoever gives text with line breaks gives headers.</summary>
public sealed class MessageWriter : IBufferWriter<byte>
{
    byte[] _buffer = new byte[4096];
    int _length;

    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, _length);

    public void Clear() => _length = 0;

    public void Append(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(GetSpan(bytes.Length));
        _length += bytes.Length;
    }

    public void Append(string text) => _length += Encoding.UTF8.GetBytes(text, GetSpan(text.Length * 3));

    public void Append(byte mark)
    {
        GetSpan(1)[0] = mark;
        _length++;
    }

    public void Append(long number)
    {
        Utf8Formatter.TryFormat(number, GetSpan(20), out int written);
        _length += written;
    }

    public void StartRequest(ReadOnlySpan<byte> method, ReadOnlySpan<byte> uri)
    {
        Append(method);
        Append((byte)' ');
        Append(uri);
        Append(" SIP/2.0\r\n"u8);
    }

    public void StartResponse(int status, ReadOnlySpan<byte> reason)
    {
        Append("SIP/2.0 "u8);
        Append(status);
        Append((byte)' ');
        Append(reason);
        Append("\r\n"u8);
    }

    public void Header(ReadOnlySpan<byte> name, ReadOnlySpan<byte> value)
    {
        Append(name);
        Append(": "u8);
        Append(value);
        Append("\r\n"u8);
    }

    public void Header(ReadOnlySpan<byte> name, long value)
    {
        Append(name);
        Append(": "u8);
        Append(value);
        Append("\r\n"u8);
    }

    public void CSeq(uint number, ReadOnlySpan<byte> method)
    {
        Append("CSeq: "u8);
        Append(number);
        Append((byte)' ');
        Append(method);
        Append("\r\n"u8);
    }

    /// <summary>Content-Type (when there is a body), Content-Length, the empty line and the body.</summary>
    public void Body(ReadOnlySpan<byte> contentType, ReadOnlySpan<byte> body)
    {
        if (!body.IsEmpty) Header("Content-Type"u8, contentType);
        Header("Content-Length"u8, body.Length);
        EndHeaders();
        Append(body);
    }

    public void EndHeaders() => Append("\r\n"u8);

    public byte[] ToArray() => Written.ToArray();

    public void Advance(int count) => _length += count;

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        GetSpan(sizeHint);
        return _buffer.AsMemory(_length);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        if (_buffer.Length - _length < Math.Max(sizeHint, 1))
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + sizeHint));
        return _buffer.AsSpan(_length);
    }
}
