namespace Tandem.Node.ConfigurationFiles;

/// <summary>A file that only its owner may read.</summary>
static class PrivateFile
{
    /// <summary>Replaces the file as a whole: a reader or a crash finds the old or the new text.</summary>
    public static void Write(string path, string text)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        string beside = $"{path}.{Environment.ProcessId}.new";
        File.Delete(beside);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        try
        {
            using (var file = new StreamWriter(beside, options))
            {
                file.Write(text);
                file.Flush();
                ((FileStream)file.BaseStream).Flush(flushToDisk: true);
            }
            File.Move(beside, path, overwrite: true);
        }
        catch
        {
            // On a full disk, or without the right: nothing of it stays.
            File.Delete(beside);
            throw;
        }
    }
}
