namespace Tandem.Journal;

/// <summary>A file's bytes from its beginning, for who reads streams. Disposes the file.</summary>
sealed class StorageFileStream(StorageFile file) : Stream
{
    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length { get; } = file.Length;
    public override long Position { get; set; }

    public override int Read(Span<byte> buffer)
    {
        int got = file.Read(Position, buffer);
        Position += got;
        return got;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));
    public override void Flush() { }
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();
    public override void SetLength(long value) => throw new NotSupportedException();
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        file.Dispose();
        base.Dispose(disposing);
    }
}
