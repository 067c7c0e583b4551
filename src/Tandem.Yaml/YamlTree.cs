using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Tandem.Yaml;

/// <summary>A node of a YAML file with its line.</summary>
public abstract record YamlTree(int Line);

/// <param name="Quoted">Written in quotes or as a block, so that an empty text or "null" is meant as written.</param>
public sealed record YamlText(int Line, string Value, bool Quoted) : YamlTree(Line)
{
    public bool IsNothing => !Quoted && Value is "" or "~" or "null";
}

public sealed record YamlList(int Line, IReadOnlyList<YamlTree> Items) : YamlTree(Line);

/// <summary>Keys as written, in order; one that comes twice is here twice.</summary>
public sealed record YamlMap(int Line, IReadOnlyList<(YamlText Key, YamlTree Value)> Pairs) : YamlTree(Line);

/// <summary>
/// Reads YAML's events into a tree of our own: YamlDotNet's representation model throws at the first key that comes
/// twice, and everything wrong with a configuration is to be told at once.
/// </summary>
public sealed class YamlReader(string text)
{
    /// <summary>Far deeper than any configuration; keeps a hostile file from exhausting the stack.</summary>
    const int DepthMax = 50;

    readonly Parser _parser = new(new StringReader(text));
    readonly Dictionary<AnchorName, YamlTree> _anchors = [];

    /// <summary>The document; null for an empty file.</summary>
    /// <exception cref="YamlException">Not YAML; its mark says where.</exception>
    public static YamlTree? Read(string text)
    {
        var reader = new YamlReader(text);
        try
        {
            return reader.Document();
        }
        catch (InvalidOperationException)
        {
            // YamlDotNet 16.3's scanner breaks down over some texts, e.g. a brace opened before a block of keys.
            Mark at = reader._parser.Current?.End ?? Mark.Empty;
            throw new YamlException(at, at, "what follows cannot be read");
        }
    }

    YamlTree? Document()
    {
        _parser.Consume<StreamStart>();
        if (_parser.TryConsume<StreamEnd>(out _)) return null;
        _parser.Consume<DocumentStart>();
        YamlTree tree = Node(0);
        _parser.Consume<DocumentEnd>();
        if (!_parser.TryConsume<StreamEnd>(out _))
            throw new YamlException(_parser.Current!.Start, _parser.Current.End, "a second document begins here");
        return tree;
    }

    YamlTree Node(int depth)
    {
        ParsingEvent at = _parser.Current ?? throw new YamlException("the file ends too early");
        if (depth > DepthMax) throw new YamlException(at.Start, at.End, $"nested deeper than {DepthMax} levels");

        if (_parser.TryConsume<AnchorAlias>(out var alias))
            return _anchors.TryGetValue(alias.Value, out YamlTree? known)
                ? known
                : throw new YamlException(alias.Start, alias.End, $"unknown anchor *{alias.Value}");

        AnchorName anchor = at is NodeEvent node ? node.Anchor : AnchorName.Empty;
        YamlTree tree = Content(at, depth);
        if (!anchor.IsEmpty) _anchors[anchor] = tree;
        return tree;
    }

    YamlTree Content(ParsingEvent at, int depth)
    {
        int line = (int)at.Start.Line;
        if (_parser.TryConsume<Scalar>(out var scalar))
            return new YamlText(line, scalar.Value, scalar.Style != ScalarStyle.Plain);

        if (_parser.TryConsume<SequenceStart>(out _))
        {
            var items = new List<YamlTree>();
            while (!_parser.TryConsume<SequenceEnd>(out _)) items.Add(Node(depth + 1));
            return new YamlList(line, items);
        }

        _parser.Consume<MappingStart>();
        var pairs = new List<(YamlText, YamlTree)>();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            ParsingEvent keyAt = _parser.Current!;
            if (Node(depth + 1) is not YamlText key)
                throw new YamlException(keyAt.Start, keyAt.End, "a key must be a plain text");
            pairs.Add((key, Node(depth + 1)));
        }
        return new YamlMap(line, pairs);
    }
}
