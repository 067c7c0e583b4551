using System.Globalization;

namespace Tandem.Core.Scripts;

/// <summary>What an expression may look at.</summary>
interface IExpressionScope
{
    /// <summary>The value of a variable of the call, or of `dialed`, `calling`, `call_type`; "" when there is none.</summary>
    string Variable(string name);
    /// <summary>`queued`, `ready`, `logged_on`, `talking` of a skill group; null when there is no such group.</summary>
    long? GroupFigure(string function, string group);
    /// <summary>Whole seconds since the call began to wait for an agent; 0 when it does not.</summary>
    long WaitedSeconds { get; }
}

/// <summary>
/// An expression of a routing script over texts and whole numbers: <c>vip == "yes" &amp;&amp; queued(sales) &gt; 10</c>.
/// A text that is written as a whole number is one (007 and +49 are not). False is "0" or "", all else is true. See docs/scripts.md.
/// </summary>
/// <remarks>Grammar, loosest first: or, and, comparison, sum, product, unary, primary. No floating point: division rounds towards zero.</remarks>
sealed class Expression
{
    public const int LengthMax = 1000, DepthMax = 32;

    readonly Node _root;

    Expression(Node root) => _root = root;

    /// <summary>Null and the error's words when the text is no expression.</summary>
    public static Expression? Compile(string text, out string error)
    {
        if (text.Length > LengthMax)
        {
            error = $"an expression has at most {LengthMax} characters";
            return null;
        }
        var parser = new ExpressionParser(text);
        Node? root = parser.Parse(out error);
        return root is null ? null : new Expression(root);
    }

    public string Evaluate(IExpressionScope scope) => _root.Evaluate(scope).Text;
    public bool Holds(IExpressionScope scope) => _root.Evaluate(scope).IsTrue;

    /// <summary>The skill groups that it asks about.</summary>
    public IEnumerable<string> Groups() => _root.Groups();

    internal readonly record struct Value(string Text)
    {
        public static Value Of(long number) => new(number.ToString(CultureInfoInvariant));
        public static Value Of(bool truth) => new(truth ? "1" : "0");
        public bool IsTrue => Text.Length > 0 && Text != "0";
        /// <summary>As people write a number: telephone numbers such as 0049 and +49 are texts, and 007 is not 7.</summary>
        public bool IsNumber(out long number)
        {
            number = 0;
            int digits = Text.StartsWith('-') ? 1 : 0;
            if (Text.Length == digits || Text.Length > 20 || (Text[digits] == '0' && Text.Length > 1)) return false;
            return long.TryParse(Text, NumberStyles.AllowLeadingSign, CultureInfoInvariant, out number) && Text[0] != '+';
        }
        static IFormatProvider CultureInfoInvariant => NumberFormatInfo.InvariantInfo;
    }

    internal abstract record Node
    {
        public abstract Value Evaluate(IExpressionScope scope);
        public virtual IEnumerable<string> Groups() => [];
    }

    internal sealed record Literal(string Text) : Node
    {
        public override Value Evaluate(IExpressionScope scope) => new(Text);
    }

    internal sealed record Name(string Text) : Node
    {
        public override Value Evaluate(IExpressionScope scope) => new(scope.Variable(Text));
    }

    internal sealed record Waited : Node
    {
        public override Value Evaluate(IExpressionScope scope) => Value.Of(scope.WaitedSeconds);
    }

    internal sealed record Figure(string Function, string Group) : Node
    {
        public override Value Evaluate(IExpressionScope scope) => Value.Of(scope.GroupFigure(Function, Group) ?? 0);
        public override IEnumerable<string> Groups() => [Group];
    }

    internal sealed record Unary(string Operator, Node Of) : Node
    {
        public override Value Evaluate(IExpressionScope scope)
        {
            Value of = Of.Evaluate(scope);
            if (Operator == "!") return Value.Of(!of.IsTrue);
            return of.IsNumber(out long n) ? Value.Of(unchecked(-n)) : new Value("");
        }

        public override IEnumerable<string> Groups() => Of.Groups();
    }

    internal sealed record Binary(string Operator, Node Left, Node Right) : Node
    {
        public override IEnumerable<string> Groups() => Left.Groups().Concat(Right.Groups());

        public override Value Evaluate(IExpressionScope scope)
        {
            Value a = Left.Evaluate(scope);
            if (Operator == "&&") return Value.Of(a.IsTrue && Right.Evaluate(scope).IsTrue);
            if (Operator == "||") return Value.Of(a.IsTrue || Right.Evaluate(scope).IsTrue);
            Value b = Right.Evaluate(scope);
            bool numbers = a.IsNumber(out long x) & b.IsNumber(out long y);
            int order = numbers ? x.CompareTo(y) : string.CompareOrdinal(a.Text, b.Text);
            return Operator switch
            {
                "==" => Value.Of(order == 0),
                "!=" => Value.Of(order != 0),
                "<" => Value.Of(order < 0),
                "<=" => Value.Of(order <= 0),
                ">" => Value.Of(order > 0),
                ">=" => Value.Of(order >= 0),
                "+" when !numbers => new Value(a.Text.Length + b.Text.Length > LengthMax ? a.Text : a.Text + b.Text),
                "+" => Value.Of(unchecked(x + y)),
                "-" when numbers => Value.Of(unchecked(x - y)),
                "*" when numbers => Value.Of(unchecked(x * y)),
                "/" when numbers && y is not 0 and not -1 => Value.Of(x / y),
                "/" when numbers && y == -1 => Value.Of(unchecked(-x)),
                "%" when numbers && y is not 0 and not -1 => Value.Of(x % y),
                "starts" => Value.Of(a.Text.StartsWith(b.Text, StringComparison.Ordinal)),
                _ => new Value(""),
            };
        }
    }
}
